import { type Rule, type Said, shortName } from './explain-rule.ts'

const SAME_CONTENT =
  'Check that the source has not been changed behind your back; then write the new hash into the flake.'

const hash = (sentence: string, wanted: string, got: string, advice = SAME_CONTENT): Said => ({
  sentence: `${sentence}: it is written down as ${wanted}, and is ${got}.`,
  advice,
  wanted,
  got,
})

/** The hashes in a text that has such a sentence in it, where what it is about is known by nothing else. */
export function mismatchIn(text: string): { name: string; wanted: string; got: string } | undefined {
  const found =
    /(\S+) has another content than its hash says: it is written down as (\S+), and is (\S+?)[.]?(?:\s|$)/.exec(text)
  const [, from = '', wanted = '', got = ''] = found ?? []
  return found === null ? undefined : { name: from.split('/').at(-1) ?? from, wanted, got }
}

/** Rules about the store, substituters, downloads and disks. */
export const STORE_RULES: readonly Rule[] = [
  {
    category: 'disk',
    pattern: /No space left on device|database or disk is full|Disk quota exceeded/,
    inLogs: true,
    say: () => ({
      sentence: 'the disk is full.',
      advice:
        'Free space before this step (nix store gc, docker system prune, unused toolchains of the runner image), or use a runner with a larger disk.',
    }),
  },
  {
    category: 'memory',
    pattern:
      /Cannot allocate memory|std::bad_alloc|out of memory|Out of memory|virtual memory exhausted|failed due to signal 9/,
    inLogs: true,
    say: ([found = '']) => ({
      sentence: found.includes('signal 9')
        ? 'the builder was killed (signal 9), most likely for want of memory.'
        : 'memory ran out.',
      advice: 'Lower max-jobs or cores in extra-nix-config, or use a larger runner.',
    }),
  },
  {
    category: 'hash',
    pattern: /hash mismatch in fixed-output derivation '([^']+)':\s*(?:specified|wanted):\s*(\S+)\s*got:\s*(\S+)/,
    say: ([, drv = '', wanted = '', got = '']) =>
      hash(`${shortName(drv)} has another content than its hash says`, wanted, got),
  },
  {
    category: 'hash',
    pattern: /hash mismatch in file downloaded from '([^']+)':\s*specified:\s*(\S+)\s*got:\s*(\S+)/,
    say: ([, url = '', wanted = '', got = '']) => hash(`${url} has another content than its hash says`, wanted, got),
  },
  {
    // 2.34 prints as "expected" what it found, and as "got" what the lock file says
    category: 'hash',
    pattern: /NAR hash mismatch in input '([^']+)', expected '([^']+)' but got '([^']+)'/,
    say: ([, input = '', found = '', locked = '']) =>
      hash(`the flake input ${bare(input)} has changed`, locked, found, LOCKED),
  },
  {
    category: 'hash',
    pattern: /NAR hash mismatch in input '([^']+)' \([^)]*\), expected '([^']+)', got '([^']+)'/,
    say: ([, input = '', wanted = '', got = '']) =>
      hash(`the flake input ${bare(input)} has changed`, wanted, got, LOCKED),
  },
  {
    category: 'hash',
    pattern: /mismatch in field 'narHash' of input '[^']*"narHash":"([^"]+)"[^']*', got '[^']*"narHash":"([^"]+)"/,
    say: ([, wanted = '', got = '']) => hash('an input of the flake has changed', wanted, got, LOCKED),
  },
  {
    category: 'corrupt',
    pattern: /hash mismatch importing path '([^']+)';\s*(?:specified|wanted):\s*(\S+)\s*got:\s*(\S+)/,
    say: ([, path = '', wanted = '', got = '']) => ({
      ...hash(`${shortName(path)} came damaged from the cache`, wanted, got),
      advice: 'The cache holds a broken file: delete that path from it and push it again.',
    }),
  },
  {
    category: 'corrupt',
    pattern: /path '([^']+)' was modified! expected hash '([^']+)', got '([^']+)'/,
    say: ([, path = '', wanted = '', got = '']) => ({
      ...hash(`${shortName(path)} was modified in the store`, wanted, got),
      advice: `Repair it with: nix-store --repair-path ${path}`,
    }),
  },
  {
    category: 'corrupt',
    pattern:
      /input doesn't look like a Nix archive|bad archive: |NAR for '[^']*' fetched from '[^']*' (?:is|has)|does not match the size/,
    say: () => ({
      sentence: 'a file from the cache is damaged: it is no Nix archive.',
      advice: 'Delete the path from the cache and push it again, or leave that cache out.',
    }),
  },
  {
    category: 'corrupt',
    pattern: /(?:database disk image is malformed|db\/schema' is corrupt)/,
    say: () => ({
      sentence: 'the database of the Nix store is damaged.',
      advice: 'Remove /nix on this runner, and let the action install Nix anew.',
    }),
  },
  {
    category: 'signature',
    pattern: /cannot add path '([^']+)' because it lacks a (?:valid signature|signature by a trusted key)/,
    say: ([, path = '']) => unsigned(path),
  },
  {
    category: 'signature',
    pattern: /substitute for '([^']+)' from '([^']+)'(?: is|, as it's) not signed by any of the keys/,
    say: ([, path = '', cache = '']) => unsigned(path, cache),
  },
  {
    category: 'signature',
    pattern: /(?:secret )?key is corrupt|public key is not valid|secret key is not valid/,
    say: () => ({
      sentence: 'the signing key cannot be read.',
      advice: 'It must be one line, name:base64, as nix key generate-secret prints it.',
    }),
  },
  {
    category: 'network',
    pattern: /unable to (?:download|upload) '([^']+)': ([^\n;]+)/,
    inLogs: true,
    say: ([, url = '', why = ''], text) =>
      download(
        url,
        why.replace(/[).\s]+$/, (end) => (why.includes('(') ? end : '')),
        text,
      ),
  },
  {
    category: 'network',
    pattern: /unable to access '([^']+)': ([^\n]+)/,
    inLogs: true,
    say: ([, url = '', why = ''], text) => download(url, why, text),
  },
  {
    category: 'network',
    pattern:
      /Could ?n[o']t resolve host(?:name)?:? ?(\S*)|Failed to connect to (\S+)|Failed to fetch git repository '([^']+)'|Temporary failure in name resolution/,
    inLogs: true,
    say: ([, host = '', peer = '', repository = '']) => ({
      sentence: `${[host, peer, repository].find((name) => name !== '')?.replace(/:$/, '') ?? 'a server'} cannot be reached.`,
      advice: 'Check the address and the network of the runner, then run the job again.',
    }),
  },
  {
    category: 'flake',
    pattern: /don't know how to open Nix store (?:with scheme )?'([^']+)'/,
    say: ([, scheme = '']) => ({
      sentence: `this Nix knows no store of the kind ${scheme}.`,
      advice: 'Use file://, http(s)://, s3://, ssh:// or ssh-ng://; Debian’s Nix is built without S3.',
    }),
  },
  {
    category: 'network',
    pattern:
      /(?:path '([^']+)' is required, but there is no substituter that can build it|don't know how to build these paths:\s*(\S+))/,
    say: ([, path = '', first = '']) => ({
      sentence: `${shortName(path || first)} is in no substituter, and there is no derivation to build it from.`,
      advice: 'Add the cache that has it to extra-substituters, with its key in extra-trusted-public-keys.',
    }),
  },
  {
    category: 'rights',
    pattern:
      /(?:opening lock file|creating directory|could not set permissions on|opening file) ['"]([^'"]+)['"](?: to \d+)?: (?:Permission denied|Operation not permitted)/,
    say: ([, path = '']) => ({
      sentence: `this user may not write ${path}.`,
      advice: /\/\.(cache|local|config|nix-)/.test(path)
        ? 'Nix keeps that in the home of its user: set HOME (or XDG_CACHE_HOME and the like) to a folder of this user.'
        : 'Run as root, give the user passwordless sudo, or use the Nix daemon (NIX_REMOTE=daemon).',
    }),
  },
]

const LOCKED = 'If that is right, run nix flake update for that input and commit flake.lock.'

/** A flake reference without its hash and time. */
const bare = (reference: string): string => reference.split('?')[0] ?? reference

const unsigned = (path: string, cache = 'the cache'): Said => ({
  sentence: `${shortName(path)} from ${cache} is not signed by a key that this machine trusts.`,
  advice:
    "Add the cache's public key to extra-trusted-public-keys in extra-nix-config, or sign its paths when pushing (signing-key).",
})

function download(url: string, why: string, text: string): Said {
  const status = /HTTP error (\d+)/.exec(why)?.[1]
  const limited = /rate limit/i.test(text) || (status === '403' && url.includes('api.github.com')) || status === '429'
  const advice = limited
    ? 'GitHub allows few requests without a token: pass github-token, or wait an hour.'
    : status === '404'
      ? 'The address does not exist, or needs a login: for a private repository pass a github-token that may read it.'
      : status === '401' || status === '403'
        ? 'A login is needed: pass github-token, or a netrc-file in extra-nix-config.'
        : 'Check the address and the network of the runner, then run the job again.'
  return { sentence: `${url} cannot be downloaded (${why.trim()}).`, advice }
}
