import { deepEqual, type KubeObject } from '#apimachinery';

/** What one plugin remembers between the two runs of the chain (mutating/reinvocationcontext.go). */
class PluginReinvocation {
  private output: KubeObject | undefined;
  private invoked = new Set<string>();
  private readonly again = new Set<string>();

  /** Whether another plugin has changed the object since this one ran. */
  isOutputChanged(object: KubeObject | undefined): boolean {
    return !deepEqual(this.output, object);
  }

  setOutput(object: KubeObject | undefined): void {
    this.output = object && structuredClone(object);
  }

  shouldReinvoke(key: string): boolean {
    return this.again.has(key);
  }

  /** It has run, and runs again if a later one changes the object. */
  addReinvocable(key: string): void {
    this.invoked.add(key);
  }

  requireReinvoking(): void {
    for (const key of this.invoked) this.again.add(key);
    this.invoked = new Set();
  }
}

/** Whether the mutating plugins have to run a second time (apiserver/pkg/admission/reinvocation.go). */
export class Reinvocation {
  /** Whether this is the second run. */
  isReinvoke = false;
  shouldReinvoke = false;
  private readonly plugins = new Map<string, PluginReinvocation>();

  of(plugin: string): PluginReinvocation {
    const found = this.plugins.get(plugin) ?? new PluginReinvocation();
    this.plugins.set(plugin, found);
    return found;
  }
}
