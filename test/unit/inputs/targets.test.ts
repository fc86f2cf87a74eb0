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
  ])('%s', (text, system, crossName, plain, strategy) => {
    const target = parseTarget(text, 'auto')
    expect(target).toMatchObject({ system, plain, strategy, crossNames: expect.arrayContaining([crossName]) })
  })

  test('the name is what the workflow wrote, without strategy', () => {
    expect(parseTarget('raspberryPi=cross', 'native')).toMatchObject({ name: 'raspberryPi', strategy: 'cross' })
  })

  test.each([
    ['aarch64', /not a known target.*aarch64-linux/s],
    ['aarch64-linux=qemu', /strategy "qemu".*auto, native, cross, emulated/],
    ['aarch64-darwin', /other than Linux/],
    ['mingw-ucrt-x86_64', /other than Linux/],
    ['', /not a known target/],
    ['aarch64-linux=cross=native', /strategy "cross=native"/],
  ])('%s is refused', (text, message) => {
    expect(parseTarget(text, 'auto')).toMatch(message)
  })
})
