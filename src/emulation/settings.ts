import type { System } from '../nix/system.ts'

/**
 * Features that nixpkgs demands of a builder (`requiredSystemFeatures`) because the platform's `gcc.arch` is not the
 * default one. Source: `lib.systems.elaborate`, evaluated 2026-06.
 */
const GCC_ARCHITECTURES: Readonly<Record<string, string>> = {
  'armv7l-linux': 'armv7-a',
  'armv6l-linux': 'armv6kz',
  'armv5tel-linux': 'armv5te',
  'loongarch64-linux': 'la64v1.0',
  'mipsel-linux': 'mips32r2',
}

/** The features `gccarch-…` that nixpkgs' derivations for a system demand of the machine that builds them. */
export function systemFeatures(system: System): readonly string[] {
  const architecture = GCC_ARCHITECTURES[system]
  return architecture === undefined ? [] : [`gccarch-${architecture}`]
}

/**
 * Settings with which Nix builds for these systems on this machine. They add to what is configured: the setting
 * `extra-platforms` has i686-linux by default on x86_64, and a line `extra-platforms = …` would replace it (seen with
 * 2.8.0, 2.26.3 and 2.34.8), so it is the setting's own `extra-` form; `system-features` has kvm and others.
 * @param systems foreign systems that this machine executes, by itself or emulated
 */
export function nixSettings(systems: readonly System[]): Readonly<Record<string, string>> {
  const platforms = [...new Set(systems)]
  const features = [...new Set(platforms.flatMap(systemFeatures))]
  return {
    ...(platforms.length === 0 ? {} : { 'extra-extra-platforms': platforms.join(' ') }),
    ...(features.length === 0 ? {} : { 'extra-system-features': features.join(' ') }),
  }
}
