import type { System } from '../../nix/system.ts'

/** SHA-256 (hex) of `nix-<version>-<system>.tar.xz`, by system. */
type Hashes = Readonly<Record<string, string>>

/**
 * Releases that `nix-version` may name. The hashes are those in each release's own `install` script
 * (https://releases.nixos.org/nix/nix-<version>/install), which downloads and checks the same tarball.
 */
export const RELEASES: Readonly<Record<string, Hashes>> = {
  '2.35.2': {
    'x86_64-linux': '0c3960a9792331a22081c3c7a5d8465db9b17c50b3acdf18587fa4c6f2cb1158',
    'i686-linux': '55363adb55f1447be49298c671f5beb539526f2f3181e8e11eab669af6d5990b',
    'aarch64-linux': '4d0302a2910f5eec1c33b8deef634f04899a75737e7001ec49908d003ae5efda',
    'armv6l-linux': '2f79330820e2de68279d1c796827d4d6269396c3cbb22bacf6c238639db9b306',
    'armv7l-linux': 'e4a68bd13f20b10f67b551178116655520323f5a29a7e82a2db24a6b2a166e89',
    'riscv64-linux': '98ee79540d4b9ccfe733655ea049a67af24f15860fbf92103bc1911bbd905a53',
    'x86_64-darwin': 'd725518d89f3b0b8d4af702a9d38d519814014cbe125afb3ed0545c9d755f6a5',
    'aarch64-darwin': '1695c13aba5afa7c2ecd6dc4a9393f602e7bbc440ed45e81602c831546580ec3',
  },
  '2.35.1': {
    'x86_64-linux': 'c3fe29778acaa93b5095ee66e36f11ec7c6a284c40970a24cc83ac4f04809db3',
    'i686-linux': 'e8dff06a2bd3e7286cc7ff820603d7b56200983a4a91a84a61c52b711346e904',
    'aarch64-linux': '79b739996f1751573b4d2b56e4ae607855184c711f2cc1274fa0952a13d4bfc9',
    'armv6l-linux': '483c245c93f453205d5d0e799efdfb20388625c0edb3487d9aea215724fb383b',
    'armv7l-linux': '1f61ef952f285aecb977b47eafea8e83bfea2ed51a884fffdef5eb95ddb45cf3',
    'riscv64-linux': 'cfdca9d248b974ef267edcd9cd1284921d830eae1a5e32bc3e6df52d89ba1d71',
    'x86_64-darwin': '1a932047a6e563acbd86024599bb377cbceca4dc6934a49f62a41ea1d9bdcb1b',
    'aarch64-darwin': '414e073c4754e0c9eed1dd25e482af45213a34aa67c930201e35df7c8333c19a',
  },
  '2.34.8': {
    'x86_64-linux': '2c2e146b80834fe0ca201b51deeb939405b4f18e8d2071bf80b10f8123c50464',
    'aarch64-darwin': 'ae3b2b1a74b956110d14dd813bee80ea46626a51ddce28d142e0805379a34acf',
  },
  '2.34.7': {
    'x86_64-linux': 'eafe5042404e818505e28c5ca3d0885f3ec45c31f955489a25bb38258f87560e',
    'i686-linux': '0695f4b7b289c3f66c1a76447db164a2f96492a0d1cf8f2a7b2caaa8bfab08fb',
    'aarch64-linux': 'f1cee64ae7a02330c6421924c28f597c41813f2214ff108622087d8056378b08',
    'armv6l-linux': 'a7152bcc4489eae2e688895a6d070362d03c46720649a9418ca423e200ef0f5f',
    'armv7l-linux': '758e8fb802fb83b571c1cbac906d77dff67e6724cf09110f87d1f84dde432685',
    'riscv64-linux': '562290f2753ecb9e25e53a5b814473e80dd8f1ab504427f422cb455287084c18',
    'x86_64-darwin': '8bf3dadfd65be182ad3141b1224bbc82e0f2a61d4f36781938b5e6ede029c2a3',
    'aarch64-darwin': '71e18301c4ea78c667f2753159156b5bdb899993720e8aa7bcca97e8312d3d6b',
  },
}

export interface Release {
  readonly version: string
  readonly url: string
  /** Hex. */
  readonly sha256: string
}

/** Where a release is had for a system, or a sentence that says why it is not. */
export function findRelease(version: string, system: System): Release | string {
  const hashes = RELEASES[version]
  const otherwise = 'For another release give nix-source the URL of its tarball, and nix-sha256.'
  if (hashes === undefined) {
    return `nix-version: this action has no checksum of ${version}. Known: ${Object.keys(RELEASES).join(', ')}. ${otherwise}`
  }
  const sha256 = hashes[system]
  if (sha256 === undefined) {
    const others = Object.keys(RELEASES).filter((known) => RELEASES[known]?.[system] !== undefined)
    const known = others.length === 0 ? 'no release has one' : `these have one: ${others.join(', ')}`
    return `nix-version: this action has no checksum of ${version} for ${system}; ${known}. ${otherwise}`
  }
  return { version, sha256, url: `https://releases.nixos.org/nix/nix-${version}/nix-${version}-${system}.tar.xz` }
}
