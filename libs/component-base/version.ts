import { type Family, gaugeOf } from './families.js';

/** The body of /version (version.Info). */
export interface VersionInfo {
  major: string;
  minor: string;
  emulationMajor: string;
  emulationMinor: string;
  minCompatibilityMajor: string;
  minCompatibilityMinor: string;
  gitVersion: string;
  gitCommit: string;
  gitTreeState: string;
  buildDate: string;
  goVersion: string;
  compiler: string;
  platform: string;
}

/** The version that clusters simulate. */
export const KUBERNETES_VERSION: VersionInfo = Object.freeze({
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2',
  gitCommit: 'a3c1b7d94ef0c82e6b5d1f7790a4c3e2d8b6f015',
  gitTreeState: 'clean',
  buildDate: '2026-06-18T00:00:00Z',
  goVersion: 'go1.26.3',
  compiler: 'gc',
  platform: 'linux/amd64',
});

/** What a server of another version would say of itself; `gitVersion`: v1.MINOR.PATCH. */
export function versionInfoOf(gitVersion: string): VersionInfo {
  const [major = '1', minor = '36'] = gitVersion.slice(1).split('.');
  const compatible = {
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
  };
  return { ...KUBERNETES_VERSION, major, minor, ...compatible, gitVersion };
}

/** The metric by which every component tells what it is (component-base/metrics/prometheus/version). */
export function buildInfo(version: VersionInfo): Family {
  const { buildDate, compiler, gitCommit, gitTreeState, gitVersion, goVersion, major, minor, platform } = version;
  return gaugeOf(
    'kubernetes_build_info',
    "[BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    1,
    {
      ...{ build_date: buildDate, compiler, git_commit: gitCommit, git_tree_state: gitTreeState, git_version: gitVersion },
      ...{ go_version: goVersion, major, minor, platform },
    },
  );
}
