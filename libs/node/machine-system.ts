/** What runs on each simulated machine, as its node, its containers and their logs name it. */

export const KERNEL_VERSION = '6.12.57+deb13-amd64';
export const OS_IMAGE = 'Debian GNU/Linux 13 (trixie)';
export const RUNTIME_VERSION = 'containerd://2.2.1';
