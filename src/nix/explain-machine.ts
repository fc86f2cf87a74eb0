import { type Rule, type Said, shortName } from './explain-rule.ts'

const PER_GCC_ARCH = /^gccarch-/

/** Rules about what this machine can build, and how it builds. */
export const MACHINE_RULES: readonly Rule[] = [
  {
    category: 'trust',
    // the ignored setting is the cause of what follows it
    pattern:
      /ignoring the client-specified setting '((?:extra-)?(?:platforms|system-features)|sandbox[a-z-]*)'[\s\S]*(?:is required to build|Required (?:system|features):|namespaces)/,
    say: ([, setting = '']) => ({
      sentence: `the Nix daemon ignored the setting ${setting}, since this user is not one of its trusted users.`,
      advice: 'Add the user to trusted-users in the nix.conf of the daemon and restart it, or run the job as root.',
    }),
  },
  {
    category: 'platform',
    pattern:
      /a '([^']+)' with features \{([^}]*)\} is required to build '([^']+)', but I am a '([^']+)' with features \{([^}]*)\}/,
    say: ([, system = '', features = '', drv = '', own = '', available = ''], text) =>
      mismatch(drv, system, own, features, available, text),
  },
  {
    // 2.31 to 2.33 in one line each, 2.34 with reasons of their own
    category: 'platform',
    pattern:
      /annot build '([^']+)'[\s\S]*?Required system: '([^']+)'(?: with features \{([^}]*)\})?\s*Current system: '([^']+)'(?: with features \{([^}]*)\})?(?:[^']*?Required features: \{([^}]*)\}\s*Available features: \{([^}]*)\})?/,
    say: ([, drv = '', system = '', first, own = '', second, features, available], text) =>
      mismatch(drv, system, own, features || first || '', available || second || '', text),
  },
  {
    category: 'feature',
    pattern: /annot build '([^']+)'[\s\S]*?Required features: \{([^}]*)\}\s*Available features: \{([^}]*)\}/,
    say: ([, drv = '', features = '', available = '']) => missingFeatures(drv, features, available),
  },
  {
    category: 'emulator',
    pattern: /executing '([^']+)': Exec format error|cannot execute binary file: Exec format error|Exec format error/,
    inLogs: true,
    say: ([, program = '']) => ({
      sentence: `${program === '' ? 'a program' : shortName(program)} is for another architecture, and this machine has no emulator registered for it.`,
      advice:
        'Choose the strategy auto or emulated and let the action register QEMU (qemu: auto), or run the job on a machine of that architecture.',
    }),
  },
  {
    // what follows says only that no machine is left
    category: 'network',
    pattern: /cannot build on '([^']+)': (?:error: )?([^\n]+)/,
    say: ([, builder = '', why = '']) => ({
      sentence: `the remote builder ${builder} cannot be used: ${why.replace(/[.:\s]+$/, '')}.`,
      advice:
        'Check its address, its host key, and the SSH key of the user that builds (root, where there is a daemon); or take it out of builders.',
    }),
  },
  {
    category: 'setting',
    pattern: /local builds are disabled \(max-jobs = 0\)|nable to start any build;\s+either increase '--max-jobs'/,
    say: () => ({
      sentence: 'this Nix is set to build nothing on this machine (max-jobs = 0), and no remote builder takes it.',
      advice: 'Add "max-jobs = auto" to extra-nix-config, or name builders there.',
    }),
  },
  {
    // of its own programs Nix gives the name alone
    category: 'other',
    pattern: /executing '([^'/]+)': No such file or directory/,
    say: ([, program = '']) => ({
      sentence: `Nix needs the program ${program}, which is not there.`,
      advice: `Install ${program} in a step before this one.`,
    }),
  },
  {
    category: 'emulator',
    pattern: /executing '([^']+)': No such file or directory/,
    inLogs: true,
    say: ([, program = '']) => ({
      sentence: `${shortName(program)} could not be started inside the build sandbox: it is not there, or its interpreter or emulator is not.`,
      advice:
        'An emulator must be static and registered with the flag F to be seen in a sandbox; let the action register it (qemu: always). A builder or script of the machine, such as /bin/bash, is not in the sandbox: take it from the store.',
    }),
  },
  {
    category: 'emulator',
    pattern: /(?:cannot|unable to) set 32-bit personality/,
    inLogs: true,
    say: () => ({
      sentence: 'the processor of this machine cannot run 32-bit ARM programs.',
      advice: 'Build this target on an x86_64 runner with emulation, or cross.',
    }),
  },
  {
    category: 'sandbox',
    pattern:
      /does not support the kernel namespaces|user namespaces are not enabled|mounting \/proc: Operation not permitted|cloning builder process: Operation not permitted|unable to (?:create|unshare) .*namespace|setting up (?:a )?private mount namespace/,
    say: () => ({
      sentence: 'Nix cannot make its build sandbox: the kernel of this machine gives it no namespaces.',
      advice:
        'In a container, allow them (docker run --privileged, or --security-opt seccomp=unconfined with a writable /proc/sys); otherwise set "sandbox = false" in extra-nix-config, which builds without isolation.',
    }),
  },
  {
    category: 'sandbox',
    pattern: /while setting up the build environment[\s\S]*?getting attributes of (?:required )?path ['"]([^'"]+)['"]/,
    say: ([, path = '']) => ({
      sentence: `the build sandbox needs ${path}, which this machine does not have.`,
      advice: 'Correct sandbox-paths in extra-nix-config.',
    }),
  },
  {
    category: 'timeout',
    pattern: /timed out after (\d+) seconds of silence/,
    say: ([, seconds = '']) => ({
      sentence: `a build printed nothing for ${seconds} s and was ended.`,
      advice:
        'Programs under QEMU are known to hang: build it cross or on a runner of its own kind, or raise silent-timeout.',
    }),
  },
  {
    category: 'timeout',
    pattern: /timed out after (\d+) seconds/,
    say: ([, seconds = '']) => ({
      sentence: `a build was ended after ${seconds} s: it took longer, or was silent for longer, than the limit allows.`,
      advice:
        'Raise build-timeout or silent-timeout (in nix.conf they are timeout and max-silent-time), or build it cross or on a runner of its own kind.',
    }),
  },
  {
    category: 'daemon',
    pattern: /cannot connect to (?:daemon at|socket at) '([^']+)': ([^\n]+)/,
    say: ([, socket = '', why = '']) => ({
      sentence: `the Nix daemon cannot be reached at ${socket} (${why}).`,
      advice:
        'Start it (systemctl start nix-daemon, or nix-daemon as root), or let the action install Nix (nix-source: release).',
    }),
  },
  {
    category: 'daemon',
    pattern: /Nix daemon disconnected unexpectedly|^(?:error: )?unexpected end-of-file$/m,
    say: () => ({
      sentence: 'the Nix daemon ended in the middle of the work.',
      advice:
        'It was most likely ended for using too much memory: see dmesg, lower max-jobs in extra-nix-config, or use a larger runner.',
    }),
  },
]

const words = (list: string): readonly string[] => list.split(/[,\s]+/).filter((word) => word !== '')

function mismatch(drv: string, system: string, own: string, features: string, available: string, text: string): Said {
  // 2.34 tells the features only where some are missing; before, all are listed, and the system may be one of extra-platforms
  if (system === own) return missingFeatures(drv, features, available)
  const during = /during evaluation|while realising the context/.test(text)
  const also = words(features).filter((feature) => !words(available).includes(feature))
  const more = also.length === 0 ? '' : ` It also demands the system feature ${also.join(', ')}.`
  return {
    category: during ? 'import-from-derivation' : 'platform',
    sentence: `${shortName(drv)} has to be built on ${system}, and this machine builds for ${own} only.${during ? ` ${IMPORTED}.` : ''}${more}`,
    advice: during
      ? emulateIt(system)
      : `Name ${system} in targets, so that it is cross-compiled or an emulator registered for it (qemu: auto), or use a runner of the kind ${system}.`,
    system,
  }
}

export const IMPORTED = 'It is built during evaluation (import from derivation)'

/** What to do where evaluation needs a build for another system. */
export const emulateIt = (system: string): string =>
  `Choose the strategy auto or emulated and let the action register an emulator (qemu: auto), or use a runner of the kind ${system}.`

function missingFeatures(drv: string, features: string, available: string): Said {
  const missing = words(features).filter((feature) => !words(available).includes(feature))
  const shown = (missing.length === 0 ? words(features) : missing).join(', ')
  const kvm = missing.includes('kvm')
  const gcc = missing.some((feature) => PER_GCC_ARCH.test(feature))
  return {
    category: 'feature',
    sentence: `${shortName(drv)} demands the system feature ${shown}, which this machine does not offer.`,
    advice: kvm
      ? 'It runs virtual machines: use a runner that has /dev/kvm; for an emulated target it cannot be had.'
      : gcc
        ? 'nixpkgs asks for it for this architecture: the action sets it for emulated targets; on a Nix that it did not configure, add it to extra-system-features.'
        : 'Add it to extra-system-features in extra-nix-config if the machine has it.',
  }
}
