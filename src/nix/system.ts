/** A Nix system double, `<cpu>-<os>`, as in `builtins.currentSystem`: `aarch64-linux`. */
export type System = string & { readonly __brand: 'System' }

/** The system that a Node process on this machine would build for. */
export function systemOf(arch: string, platform: string): System | undefined {
  const cpu = {
    x64: 'x86_64',
    arm64: 'aarch64',
    arm: 'armv7l',
    ia32: 'i686',
    riscv64: 'riscv64',
    s390x: 's390x',
    ppc64: 'powerpc64le',
    loong64: 'loongarch64',
  }[arch]
  const os = { linux: 'linux', darwin: 'darwin' }[platform]
  return cpu === undefined || os === undefined ? undefined : (`${cpu}-${os}` as System)
}

/**
 * Whether nixpkgs' name of a host platform means a system: WASI is called by its version since nixpkgs 26.11
 * (`wasm32-wasip1`).
 */
export const sameSystem = (host: string, system: System): boolean => host.replace(/-wasip1$/, '-wasi') === system
