// The demo's own inputs: examples/hello for three CPUs, pushed signed to a folder.

import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'

// Per CPU of the machine (Node's name): native, cross and emulated, one of each.
const TARGETS = {
  x64: 'x86_64-linux aarch64-linux=cross riscv64-linux=emulated',
  arm64: 'aarch64-linux x86_64-linux=cross riscv64-linux=emulated',
  riscv64: 'riscv64-linux aarch64-linux=cross x86_64-linux=emulated',
}

/**
 * @param {string} arch the CPU, as in process.arch
 * @param {string} cache an empty folder
 * @param {Record<string, string>} given inputs from the command line; `targets` and `push-to` change what is returned
 * @returns inputs of the action; where the example's own cache is used, also its folder and public key
 */
export function exampleFor(arch, cache, given) {
  if (given.targets === undefined && (process.platform !== 'linux' || TARGETS[arch] === undefined)) {
    throw new Error(
      `the example is for Linux on x86_64, aarch64 and riscv64, and this is ${process.platform} on ${arch}. ` +
        'Give --flake and --targets.',
    )
  }
  const inputs = {
    // As a path, since a flake inside a git repository would need git, and all of the repository copied.
    flake: `path:${fileURLToPath(new URL('../hello', import.meta.url)).replace(/\/$/, '')}`,
    targets: TARGETS[arch] ?? '',
    packages: 'hello',
    'smoke-test': 'hello',
  }
  if (given['push-to'] !== undefined || given['signing-key'] !== undefined) return { inputs }
  const key = generateSigningKey('nix-multiarch-demo-1')
  return {
    inputs: { ...inputs, 'push-to': `file://${cache}`, 'signing-key': key.secret },
    cache,
    publicKey: key.public,
  }
}

/** A key pair as `nix-store --generate-binary-cache-key` makes it: name:base64(seed and public key, 64 bytes). */
function generateSigningKey(name) {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const seed = Buffer.from(d, 'base64url')
  const point = Buffer.from(x, 'base64url')
  return {
    secret: `${name}:${Buffer.concat([seed, point]).toString('base64')}`,
    public: `${name}:${point.toString('base64')}`,
  }
}
