import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Category, explainBriefly, explainNix } from '../../../src/nix/explain.ts'
import { recorded, VERSIONS } from './recorded/recorded.ts'

/** Recording, category, what the sentence says, what the advice says; for all three versions alike. */
const EXPLAINED: readonly (readonly [string, Category, RegExp, RegExp])[] = [
  [
    'fail-foreign',
    'platform',
    /^foreign-1\.0 has to be built on aarch64-linux, and this machine builds for x86_64-linux only\.$/,
    /qemu: auto/,
  ],
  ['fail-feature', 'platform', /armv7l-linux.*demands the system feature gccarch-armv7-a/, /emulator/],
  ['fail-kvm', 'feature', /^vm-test-1\.0 demands the system feature kvm, nixos-test/, /\/dev\/kvm/],
  ['fail-execformat', 'emulator', /busybox-arm64 is for another architecture/, /QEMU/],
  ['fail-nointerpreter', 'emulator', /nointerpreter could not be started/, /flag F/],
  ['sandbox-none', 'sandbox', /no namespaces/, /sandbox = false/],
  ['sandbox-none-build', 'sandbox', /no namespaces/, /sandbox = false/],
  ['disk-full', 'disk', /disk is full/, /Free space/],
  ['disk-full-push', 'disk', /disk is full/, /Free space/],
  [
    'fail-refused',
    'network',
    /^http:\/\/127\.0\.0\.1:9\/hello\.tar\.gz cannot be downloaded \(Could/,
    /run the job again/,
  ],
  ['fail-nohost', 'network', /nowhere\.invalid.*resolve host/, /run the job again/],
  ['fail-evalfetch', 'network', /127\.0\.0\.1:9\/x\.tar\.gz/, /run the job again/],
  ['flake-github', 'network', /api\.github\.com/, /run the job again/],
  ['flake-githost', 'network', /nowhere\.invalid/, /run the job again/],
  ['destination-none', 'network', /nix-cache-info cannot be downloaded/, /run the job again/],
  ['missing-realise', 'network', /hello-2\.12 is in no substituter/, /extra-substituters/],
  ['fail-hash', 'hash', /^source\.txt has another content than its hash says/, /new hash/],
  ['fail-fetchhash', 'hash', /^file\.txt has another content/, /new hash/],
  ['fail-evalhash', 'hash', /file:\/\/\/tmp\/case\/file\.txt has another content/, /new hash/],
  ['lock-narhash', 'hash', /input.* has changed/, /nix flake update/],
  ['sig-copy', 'signature', /^hello-2\.12 from the cache is not signed/, /extra-trusted-public-keys/],
  ['sig-substitute', 'signature', /^hello-2\.12 from file:\/\/\/tmp\/cache is not signed/, /extra-trusted-public-keys/],
  ['key-malformed', 'signature', /signing key cannot be read/, /name:base64/],
  ['corrupt-copy', 'corrupt', /is damaged/, /push it again/],
  ['corrupt-verify', 'corrupt', /^hello-2\.12 was modified in the store/, /--repair-path/],
  ['corrupt-verify-all', 'corrupt', /^hello-2\.12 was modified in the store/, /--repair-path/],
  ['rights-store', 'rights', /may not write \/nix\/var/, /passwordless sudo/],
  ['daemon-none', 'daemon', /cannot be reached at .*daemon-socket/, /Start it/],
  ['daemon-died', 'daemon', /ended in the middle/, /memory/],
  ['untrusted', 'trust', /ignored the (setting|substituter)/, /trusted-users/],
  ['fail-noattr', 'attribute', /has no packages\.x86_64-linux\.helo, /, /Did you mean hello\?/],
  ['fail-nosystem', 'attribute', /packages\.riscv64-linux\.default/, /nix flake show/],
  ['fail-missingattr', 'attribute', /attribute nosuch that is not there/, /./],
  ['fail-missinginset', 'attribute', /attribute beta that is not there/, /./],
  ['fail-ifd', 'import-from-derivation', /generated\.nix to be built first/, /allow-import-from-derivation/],
  ['fail-notstring', 'evaluation', /notstring is .*no derivation/, /./],
  ['fail-set', 'evaluation', /\.set is .*no derivation/, /./],
  ['fail-undefined', 'evaluation', /undefined variable 'undefinedThing'/, /^$/],
  ['fail-syntax', 'evaluation', /syntax error, unexpected ';'/, /^$/],
  ['fail-type', 'evaluation', /cannot add a string to an integer/, /^$/],
  ['fail-recursive', 'evaluation', /infinite recursion/, /^$/],
  ['fail-aborted', 'evaluation', /'enough'/, /^$/],
  ['fail-missingarg', 'evaluation', /without required argument 'b'/, /^$/],
  ['fail-unexpectedarg', 'evaluation', /unexpected argument 'c'/, /^$/],
  ['fail-asserted', 'evaluation', /assert|not equal/, /^$/],
  ['fail-impure', 'evaluation', /reads \/etc.*not part of it/, /repository/],
  ['fail-thrown', 'other', /^this package is not for sale\.$/, /^$/],
  ['fail-unfree', 'package', /refuses unfree-1\.0: it has an unfree license/, /allowUnfree/],
  ['flake-nodir', 'flake', /\/tmp\/case\/no-such-folder does not exist/, /check the repository out/],
  ['flake-empty', 'flake', /no flake\.nix/, /git add flake\.nix/],
  ['flake-empty-plain', 'flake', /\/tmp\/case\/empty has no flake\.nix/, /check the repository out/],
  ['flake-registry', 'flake', /^nosuchflake is no flake/, /github:owner/],
  ['flake-scheme', 'flake', /^foo:\/\/bar is no kind/, /github:owner/],
  ['flake-untracked', 'flake', /flake\.nix/, /git add flake\.nix/],
  ['flake-untracked-file', 'flake', /part\.nix/, /git add part\.nix/],
  ['flake-syntax', 'evaluation', /syntax error/, /^$/],
  ['unknown-store', 'flake', /no store of the kind foo/, /file:\/\//],
  ['lock-needed', 'lock', /does not fit its flake\.nix/, /nix flake lock/],
  ['lock-version', 'lock', /version 99/, /nix-version/],
  ['lock-broken', 'lock', /no JSON \(parse error at line 1/, /merge/],
  ['fail-experimental', 'setting', /nix-command is turned off/, /extra-experimental-features/],
  ['fail-silent', 'timeout', /(printed nothing for 1 s|ended after 1 s)/, /silent-timeout/],
  ['fail-timeout', 'timeout', /ended after 1 s/, /build-timeout/],
  ['fail-longlog', 'build', /^longlog-1\.0 was ended after printing more than 4000 bytes/, /max-build-log-size/],
  ['fail-killed', 'memory', /killed \(signal 9\)/, /larger runner/],
  ['fail-nooutput', 'build', /nooutput-1\.0 ended well without making its output out/, /\$out/],
  ['fail-failing', 'build', /^the builder of failing-1\.0 failed with exit code 3\.$/, /log/],
  ['fail-dependent', 'build', /failing-1\.0 failed with exit code 3/, /log/],
]

describe.each(VERSIONS)('texts of Nix %s', (version) => {
  it.each(EXPLAINED)('%s is %s', (name, category, sentence, advice) => {
    const explained = explainNix(recorded(version, name).text)
    expect(explained.category).toBe(category)
    expect(explained.sentence).toMatch(sentence)
    expect(explained.advice).toMatch(advice)
    expect(explained.sentence).toMatch(/[.!?…]$/)
    expect(explained.sentence).not.toMatch(/\n/)
  })

  it.each(['fail-hash', 'fail-fetchhash', 'lock-narhash'])('%s tells the hash wanted and the one got', (name) => {
    const { wanted, got } = explainNix(recorded(version, name).text)
    expect(wanted).toBe('sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')
    expect(got).toMatch(/^sha256-(?!AAAA)[A-Za-z0-9+/]{43}=$/)
  })

  it.each([
    ['fail-undefined', 'undefined.nix:1:15'],
    ['fail-syntax', 'syntax.nix:1:14'],
    ['fail-missingattr', 'flake.nix:30:21'],
  ])('%s tells the place', (name, place) => {
    expect(explainNix(recorded(version, name).text).sentence).toMatch(new RegExp(` \\(${place}\\)\\.$`))
  })
})

describe('texts that were not recorded here', () => {
  it('platforms as Nix 2.31 to 2.33 tell them', () => {
    const text = `error: Cannot build '/nix/store/m7c4ksyqlxdlpg15rkqly5msh4lcbnc0-echo-server.drv'.
       Reason: required system or feature not available
       Required system: 'aarch64-linux' with features {}
       Current system: 'aarch64-darwin' with features {apple-virt, benchmark, big-parallel, nixos-test}`
    expect(explainNix(text)).toMatchObject({
      category: 'platform',
      sentence: 'echo-server has to be built on aarch64-linux, and this machine builds for aarch64-darwin only.',
    })
    const feature = text.replace("'aarch64-linux' with features {}", "'aarch64-darwin' with features {kvm}")
    expect(explainNix(feature)).toMatchObject({
      category: 'feature',
      sentence: expect.stringContaining('demands the system feature kvm,'),
    })
  })

  it('a home that is not the user’s', () =>
    expect(explainNix("error: creating directory '/home/gone/.cache/nix': Permission denied")).toMatchObject({
      sentence: 'this user may not write /home/gone/.cache/nix.',
      advice: expect.stringContaining('set HOME'),
    }))

  it('the ignored setting, not what followed from it', () => {
    const [warning] = recorded('2.34.8', 'untrusted').lines.filter((line) => line.includes("'extra-platforms'"))
    const explained = explainNix(`${warning}\n${recorded('2.34.8', 'fail-foreign').text}`)
    expect(explained).toMatchObject({
      category: 'trust',
      sentence: expect.stringContaining('ignored the setting extra-platforms'),
    })
  })

  it.each([
    ["error: unable to download 'https://api.github.com/repos/a/b': HTTP error 403", /github-token/],
    ["error: unable to download 'https://api.github.com/repos/a/b': HTTP error 404", /private repository/],
    ["error: unable to download 'https://cache/x': HTTP error 401", /login/],
  ])('%s', (text, advice) => {
    expect(explainNix(text)).toMatchObject({ category: 'network', advice: expect.stringMatching(advice) })
  })

  it.each([
    [
      `error:\n       … while fetching the input 'git+file:///w'\n\n       error: opening Git repository "/w": repository path '/w' is not owned by current user (libgit2 error code = 7)`,
      'rights',
      /^the Git repository \/w belongs to another user/,
      /safe\.directory \/w$/,
    ],
    [
      "warning: Git tree '/w' is dirty\nfatal: detected dubious ownership in repository at '/w'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory /w\nerror: program 'git' failed with exit code 128",
      'rights',
      /^the Git repository \/w belongs to another user/,
      /safe\.directory \/w$/,
    ],
    ["error: program 'git' failed with exit code 129", 'rights', /another user/, /safe\.directory/],
    [
      "error: getting the HEAD of the Git tree '/w' failed with exit code 1:\n       error: executing 'git': No such file or directory",
      'other',
      /needs the program git, which is not there/,
      /Install git/,
    ],
    [
      "error: executing '/bin/bash': No such file or directory",
      'emulator',
      /^\/bin\/bash could not be started inside the build sandbox: it is not there, or/,
      /such as \/bin\/bash, is not in the sandbox/,
    ],
    [
      "error: Cannot build '/nix/store/6w81b00js4cv5dnqbpblsmn6w68iwm72-x.drv'.\n       Reason: local builds are disabled (max-jobs = 0)",
      'setting',
      /max-jobs = 0/,
      /max-jobs = auto/,
    ],
    [
      "error:\n    Unable to start any build;\n    either increase '--max-jobs' or enable remote builds.",
      'setting',
      /max-jobs = 0/,
      /max-jobs = auto/,
    ],
    [
      "error: output '/nix/store/vq51xi5zybfrkmrx4hwbq86aqcgkcjas-tool' is not allowed to refer to the following paths:\n         /nix/store/1n77x7sl82amha97zgxj1dl360a8ss69-gcc-13\n         /nix/store/2n77x7sl82amha97zgxj1dl360a8ss69-perl",
      'build',
      /^tool refers to gcc-13, perl, which it is not allowed to\.$/,
      /allowedReferences/,
    ],
    [
      "error:\n       … while updating the flake input 'extra'\n\n       … while fetching the input 'path:/nowhere'\n\n       error: path '//nowhere' does not exist",
      'flake',
      /^\/nowhere, which is the input extra of the flake, does not exist\.$/,
      /inputs\.extra\.url/,
    ],
  ])('%j', (text, category, sentence, advice) => {
    expect(explainNix(text)).toMatchObject({
      category,
      sentence: expect.stringMatching(sentence),
      advice: expect.stringMatching(advice),
    })
  })

  it.each([
    "cannot build on 'ssh://nobody@far': error: failed to start SSH connection to 'far': ssh: connect to host far port 22: Connection refused\nFailed to find a machine for remote build!\nerror: local builds are disabled (max-jobs = 0)",
    "cannot build on 'ssh://nobody@far': error: cannot connect to 'nobody@far': ssh: Could not resolve hostname far: Name or service not known\nerror: unable to start any build; remote machines may not have all required system features.",
  ])('a remote builder that is not there: %s', (text) => {
    const { category, sentence } = explainNix(text)
    expect(category).toBe('network')
    expect(sentence).toMatch(/^the remote builder ssh:\/\/nobody@far cannot be used: .* far.*\w\.$/)
  })

  it('a host is named without the colon behind it', () => {
    expect(explainNix('ssh: Could not resolve hostname far: Name or service not known').sentence).toBe(
      'far cannot be reached.',
    )
  })

  it('where a syntax error is, and briefly what to do', () => {
    const text =
      "error: syntax error, unexpected ';'\n       at /nix/store/fifydrwr813qv6vrsczg5xpfb8i3i0q0-source/sub/flake.nix:1:57:\n"
    expect(explainNix(text).sentence).toBe(
      "the flake does not evaluate: syntax error, unexpected ';' (sub/flake.nix:1:57).",
    )
    expect(explainBriefly("error: experimental Nix feature 'ca-derivations' is disabled")).toBe(
      'the Nix feature ca-derivations is turned off (Add "extra-experimental-features = ca-derivations" to extra-nix-config)',
    )
  })

  it('the want of a 32-bit personality', () => {
    expect(explainNix('error: cannot set 32-bit personality: Invalid argument').category).toBe('emulator')
  })

  it('causes that only the log of the builder tells', () => {
    const message =
      "error: builder for '/nix/store/07skggzpypvk18s19l0fz5w3kkdhaij2-failing-1.0.drv' failed with exit code 1"
    expect(explainNix(message).category).toBe('build')
    expect(explainNix(message, ['cp: error writing: No space left on device']).category).toBe('disk')
    expect(explainNix(message, ["error: attribute 'x' missing"]).category).toBe('build')
  })

  it('is not misled by the source code that Nix shows', () => {
    const text =
      'error: something odd\n\n       at /x/flake.nix:1:1:\n            1| throw "No space left on device"\n             | ^'
    expect(explainNix(text)).toMatchObject({ category: 'other', sentence: 'something odd.' })
  })

  it('any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(explainNix(text).sentence).not.toBe('')
      }),
    )
    expect(explainNix('').sentence).toBe('Nix failed without an error message.')
  })

  it('a megabyte in less than a second', () => {
    const began = performance.now()
    explainNix(`error: ${"Cannot build '/nix/store/x.drv' ".repeat(30_000)}`)
    explainNix(`error: ${'flake output attribute '.repeat(40_000)}`)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
