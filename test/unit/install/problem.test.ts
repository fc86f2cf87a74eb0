import { describe, expect, it } from 'vitest'
import { placesProblem } from '../../../src/install/facts.ts'
import { nixFolderProblem } from '../../../src/install/machine/nix-folder.ts'
import { putProblem, unpackProblem } from '../../../src/install/source/problem.ts'
import { unpackTarball } from '../../../src/install/source/unpack.ts'
import type { Runner } from '../../../src/runner/ports.ts'

const full = 'a/lib: Cannot write: No space left on device'

describe('an install that fails says what to do', () => {
  it('a full disk is one line, however many files tar names', () => {
    expect(unpackProblem(`tar: ${full}\n`.repeat(60))).toMatch(
      /^the disk that \/nix is on is full\..*larger one at \/nix\.$/,
    )
    expect(unpackProblem('sh: 2: tar: not found\n')).toBe(
      'there is no tar on this machine. Install it (Debian: apt-get install tar).',
    )
    expect(unpackProblem('bash: line 1: xz: command not found\n')).toContain('apt-get install xz-utils')
    expect(unpackProblem('xz: (stdin): File format not recognized\n')).toBe('xz: (stdin): File format not recognized')
    expect(putProblem({ stderr: `mv: ${full}` }, {})).toMatch(/Free some space/)
  })

  it.each([
    ['/nix/store/x/bin/nix-store: Permission denied', {}, /without noexec/],
    [
      "nix: /usr/lib/libc.so.6: version `GLIBC_2.38' not found (required by nix)",
      { LD_LIBRARY_PATH: '/usr/lib' },
      /unset LD_LIBRARY_PATH \(\/usr\/lib\)/,
    ],
    ['nix: symbol lookup error: /x.so', { LD_PRELOAD: '/x.so' }, /unset LD_PRELOAD/],
    ['nix: symbol lookup error: /x.so', {}, /store: nix: symbol lookup error: \/x\.so$/],
    ['error: database is busy', { LD_LIBRARY_PATH: '/usr/lib' }, /store: error: database is busy$/],
  ])('the new Nix does not run: %s', (stderr, env, expected) => {
    expect(putProblem({ stderr }, env)).toMatch(expected)
  })

  it('and one that was ended says by what', () => {
    expect(putProblem({ stderr: '', stopped: 'timeout' }, {})).toMatch(/it was ended \(timeout\)/)
  })
})

describe('a /nix that is there', () => {
  const folder = (mode: number, uid = 0) => ({ isDirectory: () => true, mode: 0o040000 | mode, uid })
  const [locked, link] = [0o700, { isDirectory: () => false, mode: 0o120777, uid: 0 }]
  it.each([
    [undefined, false, undefined],
    [folder(0o755), false, undefined],
    [folder(locked), true, undefined],
    [folder(0o755, 4242), true, undefined],
    [folder(locked, 4242), true, /lets only its owner in\. .*chmod 755/],
    [link, true, /is no folder of its own/],
  ])('%o, root: %s', (nix, isRoot, expected) => {
    const problem = nixFolderProblem(nix, isRoot)
    if (expected === undefined) expect(problem).toBeUndefined()
    else expect(problem).toMatch(expected)
  })
})

it('a store or database elsewhere is refused, naming the variables', () => {
  expect(placesProblem({ NIX_STATE_DIR: '/s', NIX_STORE_DIR: '/t/store' })).toMatch(
    /NIX_STORE_DIR, NIX_STATE_DIR in the env/,
  )
  expect(placesProblem({ NIX_STATE_DIR: '', NIX_STORE_DIR: '/nix/store', NIX_STATE_DIR_X: '/s' })).toBeUndefined()
})

it('what ended the unpacking is told, not that its folder could not be removed', async () => {
  const fail = (what: string) => () => Promise.reject(new Error(what))
  const runner = {
    commands: { find: () => '/usr/bin/xz', run: fail('sh was ended: the job was cancelled') },
    files: { remove: fail('rm was ended') },
    journal: { record: () => Promise.resolve() },
  } as unknown as Runner
  const bytes = async function* () {
    yield Buffer.from('fd377a585a00', 'hex')
  }
  await expect(unpackTarball(runner, 'x.tar.xz', bytes(), true)).rejects.toThrow('sh was ended')
})
