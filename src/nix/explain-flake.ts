import { type Rule, shortName } from './explain-rule.ts'

/** Rules about flakes, lock files and evaluation. */
export const FLAKE_RULES: readonly Rule[] = [
  {
    category: 'attribute',
    pattern: /flake '([^']+)' does not provide attribute ([^\n]+)(?:\s*Did you mean (?:one of )?([^\n?]+)\?)?/,
    say: ([, flake = '', tried = '', near = '']) => ({
      sentence: `the flake ${flake.split('?')[0]} has no ${tried.replaceAll("'", '').replace(/\.$/, '')}.`,
      advice: near === '' ? 'List what it has with: nix flake show --all-systems' : `Did you mean ${near.trim()}?`,
    }),
  },
  {
    category: 'import-from-derivation',
    pattern: /cannot build '([^']+)' during evaluation because the option 'allow-import-from-derivation' is disabled/,
    say: ([, drv = '']) => ({
      sentence: `evaluation needs ${shortName(drv)} to be built first (import from derivation), which is turned off.`,
      advice:
        'Set "allow-import-from-derivation = true" in extra-nix-config, or keep the generated file in the repository.',
    }),
  },
  {
    category: 'flake',
    pattern: /cannot find flake '([^']+)' in the flake registries/,
    say: ([, flake = '']) => ({
      sentence: `${flake.replace(/^flake:/, '')} is no flake that a registry knows.`,
      advice: 'A folder is written with a dot or slash (./name), a repository as github:owner/name.',
    }),
  },
  {
    category: 'flake',
    pattern: /Path '([^']+)' in the repository "([^"]+)" is not tracked by Git/,
    say: ([, path = '', repository = '']) => untracked(path, repository),
  },
  {
    // 2.8 lets git speak for itself
    category: 'rights',
    pattern:
      /repository path '([^']+)' is not owned by current user|detected dubious ownership in repository at '([^']+)'/,
    say: ([, path = '', said = '']) => ({
      sentence: `the Git repository ${path || said} belongs to another user, so Git does not open it.`,
      advice: `Where that is as it should be, as in a container, run in a step before this one: git config --global --add safe.directory ${path || said}`,
    }),
  },
  {
    // 2.8 asks git to compare, who finds no repository of this user
    category: 'rights',
    pattern: /program 'git' failed with exit code 129/,
    say: () => ({
      sentence: 'git does not open the repository of the flake: it most likely belongs to another user.',
      advice:
        'Where that is as it should be, as in a container, run in a step before this one: git config --global --add safe.directory "$GITHUB_WORKSPACE"',
    }),
  },
  {
    category: 'flake',
    pattern: /could not find a flake\.nix file|path ['"]([^'"]+)['"] does not contain a 'flake\.nix'/,
    say: ([, path = '']) => ({
      sentence: `${path === '' ? 'the folder' : path} has no flake.nix, nor has a folder above it.`,
      advice:
        'Point the input flake at the folder that holds flake.nix, and check the repository out before this step.',
    }),
  },
  {
    // 2.8 and 2.26 find a file that Git does not track missing in their copy of the repository
    category: 'flake',
    pattern:
      /(?:getting status of|path) ['"][^'"]*\/[0-9a-z]{32}-source\/([^'"]+)['"](?:: No such file| does not exist)/,
    say: ([, path = '']) => ({
      sentence: `the flake has no ${path}.`,
      advice: `Check the path; in a Git repository Nix sees only files that are tracked: git add ${path}`,
    }),
  },
  {
    category: 'flake',
    pattern: /(?:getting status of|path) ['"]\/*([^'"]+)['"](?:: No such file| does not exist)/,
    say: ([, path = ''], text) => {
      const input = /while (?:updating|fetching) the flake input '([^']+)'/.exec(text)?.[1]
      return input === undefined
        ? {
            sentence: `/${path} does not exist.`,
            advice: 'Check the input flake, and check the repository out before this step.',
          }
        : {
            sentence: `/${path}, which is the input ${input} of the flake, does not exist.`,
            advice: `Correct inputs.${input}.url in flake.nix, or flake.lock.`,
          }
    },
  },
  {
    category: 'flake',
    pattern: /input '([^']+)' is unsupported/,
    say: ([, reference = '']) => ({
      sentence: `${reference} is no kind of flake reference that Nix knows.`,
      advice: 'Write a path (./name), github:owner/name, git+https://… or a tarball URL.',
    }),
  },
  {
    category: 'lock',
    pattern: /flake '([^']+)' requires lock file changes but they're not allowed/,
    say: ([, flake = '']) => ({
      sentence: `flake.lock of ${flake.split('?')[0]} does not fit its flake.nix.`,
      advice: 'Run nix flake lock and commit flake.lock.',
    }),
  },
  {
    category: 'lock',
    pattern: /lock file '[^']*' has unsupported version (\d+)/,
    say: ([, version = '']) => ({
      sentence: `flake.lock has version ${version}, which this Nix does not know.`,
      advice: 'Use a newer Nix (nix-version), or write the lock file anew with this one: nix flake update',
    }),
  },
  {
    category: 'lock',
    pattern: /(?:flake\.lock': )?\[json\.exception\.parse_error\.\d+\] (parse error at line \d+, column \d+)/,
    say: ([, where = '']) => ({
      sentence: `flake.lock is no JSON (${where}).`,
      advice: 'Look for leftovers of a Git merge, or write it anew: nix flake update',
    }),
  },
  {
    category: 'setting',
    pattern: /experimental Nix feature '([^']+)' is disabled/,
    say: ([, feature = '']) => ({
      sentence: `the Nix feature ${feature} is turned off.`,
      advice: `Add "extra-experimental-features = ${feature}" to extra-nix-config.`,
    }),
  },
  {
    category: 'package',
    pattern:
      /Package ‘([^’]+)’ in \S+ (?:has|is) (an unfree license|marked as (?:broken|insecure)|not available on the requested hostPlatform)/,
    say: ([, name = '', why = '']) => ({
      sentence: `nixpkgs refuses ${name}: it ${why.startsWith('an') ? 'has' : 'is'} ${why}.`,
      advice: why.startsWith('not')
        ? 'The package does not support this target: leave it out for it.'
        : 'Allow it where the flake imports nixpkgs (config.allowUnfree, allowBroken, permittedInsecurePackages).',
    }),
  },
  {
    category: 'attribute',
    pattern: /error: attribute '([^']+)' missing(?:[\s\S]*?Did you mean (?:one of )?([^\n?]+)\?)?/,
    say: ([, name = '', near = '']) => ({
      sentence: `the flake uses an attribute ${name} that is not there.`,
      advice: near === '' ? 'Correct the name, or provide it for this system.' : `Did you mean ${near.trim()}?`,
    }),
  },
  {
    category: 'evaluation',
    pattern:
      /flake output attribute '([^']+)' (?:is not a derivation|to be a derivation or path but found (a set|an? [a-z]+))/,
    say: ([, attribute = '', found = '']) => ({
      sentence: `${attribute} is ${found === '' ? 'no derivation' : `${found}, no derivation`}.`,
      advice: 'Name a package in the input packages.',
    }),
  },
  {
    category: 'evaluation',
    pattern: /access to absolute path '([^']+)' is forbidden in pure eval/,
    say: ([, path = '']) => ({
      sentence: `the flake reads ${path}, which is not part of it.`,
      advice: 'Keep the file in the repository, or make it an input of the flake.',
    }),
  },
  {
    category: 'evaluation',
    pattern:
      /error: ((?:undefined variable|syntax error|infinite recursion|evaluation aborted|assertion|cannot (?:add|coerce|convert)|value is|expected an?|an integer with|stack overflow|function '|anonymous function)[^\n]*)/,
    say: ([, message = '']) => ({
      sentence: `the flake does not evaluate: ${message.trim().replace(/\.$/, '')}.`,
      advice: '',
    }),
  },
]

function untracked(path: string, repository: string) {
  return {
    sentence: `${path} is not tracked by Git in ${repository}, so the flake does not see it.`,
    advice: `Add it: git add ${path}. Where it is in a submodule, write the flake as .?submodules=1`,
  }
}
