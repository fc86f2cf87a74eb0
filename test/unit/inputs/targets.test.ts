import { describe, expect, test } from 'vitest'
import { parseTarget } from '../../../src/inputs/targets.ts'

describe('parseTarget', () => {
  test.each([
    ['aarch64-linux', 'aarch64-linux', 'aarch64-multiplatform', true, 'auto'],
    ['aarch64-linux=cross', 'aarch64-linux', 'aarch64-multiplatform', true, 'cross'],
    ['raspberryPi', 'armv6l-linux', 'raspberryPi', true, 'auto'],
    ['powernv=emulated', 'powerpc64le-linux', 'powernv', true, 'emulated'],
    ['riscv64-unknown-linux-gnu', 'riscv64-linux', 'riscv64', true, 'auto'],
    ['riscv64-linux-gnu', 'riscv64-linux', 'riscv64', true, 'auto'],
    ['sheevaplug', 'armv5tel-linux', 'armv5tel-multiplatform', true, 'auto'],
    ['aarch64-unknown-linux-musl', 'aarch64-linux', 'aarch64-multiplatform-musl', false, 'auto'],
    ['muslpi', 'armv6l-linux', 'muslpi', false, 'auto'],
    ['x86_64-linux-musl', 'x86_64-linux', 'musl64', false, 'auto'],
    ['ppc64', 'powerpc64-linux', 'ppc64', false, 'auto'],
    ['x86_64-windows', 'x86_64-windows', 'mingw-ucrt-x86_64', true, 'auto'],
    ['x86_64-w64-mingw32=cross', 'x86_64-windows', 'ucrt64', true, 'cross'],
    ['ucrt64', 'x86_64-windows', 'mingw-ucrt-x86_64', true, 'auto'],
    ['mingw-msvcrt-x86_64', 'x86_64-windows', 'mingwW64', false, 'auto'],
    ['mingwW64', 'x86_64-windows', 'mingw-msvcrt-x86_64', false, 'auto'],
    ['mingw32', 'i686-windows', 'mingw-msvcrt-i686', true, 'auto'],
    ['ucrtAarch64', 'aarch64-windows', 'mingw-ucrt-aarch64', true, 'auto'],
    ['wasm32-wasi', 'wasm32-wasi', 'wasi32', true, 'auto'],
    ['wasi32', 'wasm32-wasi', 'wasm32-wasip1', true, 'auto'],
    ['wasm32-unknown-wasi', 'wasm32-wasi', 'wasi32', true, 'auto'],
    ['wasm32-unknown-wasip1', 'wasm32-wasi', 'wasm32-wasip1', true, 'auto'],
    ['ghcjs', 'javascript-ghcjs', 'ghcjs', true, 'auto'],
    ['aarch64-linux.pkgsStatic=cross', 'aarch64-linux', 'aarch64-multiplatform', false, 'cross'],
  ])('%s', (text, system, crossName, plain, strategy) => {
    const target = parseTarget(text, 'auto')
    expect(target).toMatchObject({ system, plain, strategy, crossNames: expect.arrayContaining([crossName]) })
  })

  test.each([
    ['armv7l-unknown-linux-musleabihf', 'armv7l-linux', 'armv7l-unknown-linux-musleabihf'],
    ['s390x-linux-musl', 's390x-linux', 's390x-unknown-linux-musl'],
  ])('%s has no name in nixpkgs, and is had by its triple', (text, system, triple) => {
    expect(parseTarget(text, 'auto')).toMatchObject({ system, triple, crossNames: [], plain: false })
  })

  test.each(['aarch64-linux', 'aarch64-unknown-linux-musl', 'aarch64-multiplatform', 'aarch64-multiplatform-musl'])(
    '%s.pkgsStatic is linked with musl',
    (base) => {
      const target = parseTarget(`${base}.pkgsStatic`, 'auto')
      expect(target).toMatchObject({ triple: 'aarch64-unknown-linux-musl', plain: false, static: true })
    },
  )
  test('pkgsStatic of a 32-bit processor keeps its floating point', () => {
    expect(parseTarget('armv7l-linux.pkgsStatic', 'auto')).toMatchObject({ triple: 'armv7l-unknown-linux-musleabihf' })
  })

  test('the name is what the workflow wrote, without strategy', () => {
    expect(parseTarget('raspberryPi=cross', 'native')).toMatchObject({ name: 'raspberryPi', strategy: 'cross' })
  })

  test.each([
    ['aarch64', /not a known target.*aarch64-linux/s],
    ['aarch64-linux=qemu', /strategy "qemu".*auto, native, cross, emulated/],
    ['aarch64-darwin', /does not cross-compile for it on Linux/],
    ['aarch64-android', /does not cross-compile for it on Linux/],
    ['wasm32-unknown-emscripten', /does not cross-compile for it on Linux/],
    ['mingw-ucrt-x86_64.pkgsStatic', /not a known target/],
    ['aarch64-linux.pkgsStatic.pkgsStatic', /not a known target/],
    ['.pkgsStatic', /not a known target/],
    ['', /not a known target/],
    ['aarch64-linux=cross=native', /strategy "cross=native"/],
  ])('%s is refused', (text, message) => {
    expect(parseTarget(text, 'auto')).toMatch(message)
  })
})
