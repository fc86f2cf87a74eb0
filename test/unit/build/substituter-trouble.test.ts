import { describe, expect, test } from 'vitest'
import { substituterTrouble } from '../../../src/build/log/substituter-trouble.ts'

const cache = 'https://cache.example.org'

describe('what a substituter did wrong', () => {
  test.each([
    [
      `error: unable to download '${cache}/6blnmyp7x981mn0azs34yxbsgwqpn7i6.narinfo': HTTP error 500\n\n       response body:\n\n       oops`,
      `unable to download '${cache}/6blnmyp7x981mn0azs34yxbsgwqpn7i6.narinfo': HTTP error 500`,
    ],
    [
      `error: unable to download '${cache}/nar/1w1fff338.nar.xz': Couldn't connect to server (7)`,
      `unable to download '${cache}/nar/1w1fff338.nar.xz': Couldn't connect to server (7)`,
    ],
    [
      "error: hash mismatch importing path '/nix/store/a-x';\n  specified: sha256:1\n  got: sha256:2",
      "hash mismatch importing path '/nix/store/a-x'",
    ],
    [
      "error: some substitutes for the outputs of derivation '/nix/store/a-x.drv' failed (usually happens due to networking issues); try '--fallback' to build derivation from source ",
      "some substitutes for the outputs of derivation '/nix/store/a-x.drv' failed",
    ],
    [
      "error: NAR info file 'abc.narinfo' is corrupt: expecting ':' at line 1",
      "NAR info file 'abc.narinfo' is corrupt: expecting ':' at line 1",
    ],
    ["error: unable to download 'https://example.org/source.tar.gz': HTTP error 404", undefined],
    ["error: builder for '/nix/store/a-x.drv' failed with exit code 1", undefined],
  ])('%s', (message, said) => expect(substituterTrouble(message)).toBe(said))
})
