import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../../src/emulation/types.ts'
import type { System } from '../../../src/nix/system.ts'
import { annotationsOf } from '../../../src/report/annotations.ts'
import { crossCommands, nixConf, sharedReference } from '../../../src/report/consumer.ts'
import { code, details, preformatted, prose, shellWord, table } from '../../../src/report/markdown.ts'
import { renderSummary } from '../../../src/report/summary.ts'
import type { Choice, CrossMethod } from '../../../src/strategy/types.ts'
import { built, failed, plan, pushed, record, storePath } from './records.ts'

const EMULATOR: Emulator = {
  system: 'riscv64-linux' as System,
  status: 'registered',
  interpreter: '/usr/bin/qemu-riscv64-static',
  version: '10.0.13',
  reason: 'nothing was registered',
}

/** What GitHub would take as HTML, math, a link or emphasis, outside code spans. */
function markup(markdown: string): readonly string[] {
  const withoutCode = markdown.replace(/`[^`\n]*`/g, '')
  const tags = withoutCode.match(/<[^>\s]*/g) ?? []
  const others =
    withoutCode
      .replace(/<\/?(?:details|summary|pre|br|code)>/g, '')
      .match(/!?\[|\]\(|\*\*?\w|\$\w|\w:\/\/|&(?!#\d+;)/g) ?? []
  return [...tags.filter((tag) => !/^<\/?(?:details|summary|pre|br|code)$/.test(tag)), ...others]
}

/** Cells of each row of every table in a text. */
const columns = (markdown: string): readonly number[] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').length - 2)

const HOSTILE = [
  '</td><img src=x onerror=alert(1)>',
  '`|` | </pre></details>',
  'a | b \\| c \\',
  '``` x ```',
  '[link](javascript:alert(1)) ![i](http://x/y.png)',
  '**bold** _it_ ~~no~~ $x$ @user #12 www.evil.org https://evil.org',
  '<!-- comment',
  'line\nfeed\r\n| new | row |',
  '\u001b[31mred\u001b[0m \u202e reversed',
  '&lt;b&gt; &amp;',
]

describe('text from flakes', () => {
  it.each(HOSTILE)('shows as text: %j', (text) => {
    expect(markup(prose(text))).toEqual([])
    expect(markup(code(text))).toEqual([])
    expect(prose(text)).not.toMatch(/[\n|`\\]/)
    expect(code(text)).not.toMatch(/[\n|\\]/)
    expect(preformatted([text]).split('</pre>')).toHaveLength(2)
    expect(preformatted([text]).replace(/<\/?pre>/g, '')).not.toMatch(/[<>]/)
  })

  it('ordinary names stay as they are', () => {
    expect(prose('x86_64-linux has no packages.x86_64-linux.hello (2.12): see flake.nix')).toBe(
      'x86_64-linux has no packages.x86_64-linux.hello (2.12): see flake.nix',
    )
    expect(code('packages.x86_64-linux.hello')).toBe('`packages.x86_64-linux.hello`')
    expect(code('')).toBe('')
  })

  it('any text stays in its cell', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...HOSTILE),
      fc.stringMatching(/^[`|\\<>&*_[\]()!$#@:/. \n-]{0,30}$/),
    )
    fc.assert(
      fc.property(text, text, (one, other) => {
        const rows = table(['A', 'B'], [[prose(one), code(other)]])
        expect(rows.split('\n')).toHaveLength(3)
        expect(columns(rows)).toEqual([2, 2, 2])
        expect(markup(prose(one))).toEqual([])
        expect(markup(code(other))).toEqual([])
        expect(markup(details(one, preformatted([one, other])).replace(/<pre>[^<]*<\/pre>/, ''))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('in every place of a summary', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), (text) => {
        const markdown = renderSummary(
          record({
            flake: { url: text, revision: undefined, description: text },
            results: [built(text, { reason: text, attribute: text }), failed(text, text, [text], { reason: text })],
            emulators: [{ ...EMULATOR, reason: text, version: text }],
            pushes: [pushed([], { destination: text, reason: text, status: 'failed' })],
          }),
        )
        const folded = markdown.replace(/<pre>[^<]*<\/pre>/g, '')
        expect(markup(folded)).toEqual([])
        expect(new Set(columns(folded))).toEqual(new Set([9, 7, 4]))
      }),
    )
  })

  it('in commands is quoted for a shell', () => {
    expect(shellWord('.#hello')).toBe("'.#hello'")
    expect(shellWord("a'b $(id)")).toBe("'a'\\''b $(id)'")
    expect(shellWord('/nix/store/x')).toBe('/nix/store/x')
    const text = renderSummary(record({ results: [built('x', { attribute: "x'; rm -rf / #" })] }))
    expect(text).toContain("#x'\\''; rm -rf / #'")
  })
})

describe('the summary', () => {
  it('has a row for each result with all that is known', () => {
    const text = renderSummary(record({ results: [built('hello')], pushes: [pushed(['hello'])] }))
    expect(text).toContain('## ✅ 1 package built')
    const row = text
      .split('\n')
      .find((line) => line.startsWith('| ✅ built'))
      ?.replaceAll('\u00a0', ' ')
    expect(row).toBe(
      `| ✅ built | \`aarch64-linux\` | \`hello\` | cross (declared) | no runner of its own kind, and the flake declares a cross build | 3 × x86_64-linux<br>5.0 MiB | 1 min 15 s | 3.0 MiB | \`${storePath('hello')}\`<br>→ \`https://cache.example.org/nix\` |`,
    )
    expect(text).toContain('with Nix 2.34.8: Nix 2.34.8 was there')
  })

  it('tells failures with their error, their log folded', () => {
    const text = renderSummary(
      record({ results: [built('a'), failed('b', 'b-1 failed to build: odd.', ['one', 'two <x>'])] }),
    )
    expect(text).toContain('## ❌ 1 of 2 packages built')
    expect(text).toContain('#### `b` for `aarch64-linux`\n\n<pre>\nb-1 failed to build: odd.\n</pre>')
    expect(text).toContain(
      '<details><summary>The last 2 lines of the log</summary>\n\n<pre>\none\ntwo &#60;x&#62;\n</pre>\n\n</details>',
    )
  })

  it('counts the packages that fell with one derivation, and has room for another failure', () => {
    const fallen = Array.from({ length: 150 }, (_, n) =>
      failed(`p${n}`, `dep-1, which p${n} needs, failed to build: odd.`, ['the reason']),
    )
    const text = renderSummary(record({ results: [failed('alone', 'alone-1 failed to build: other.'), ...fallen] }))
    // the worst first
    expect(text.match(/^#### .*/gm)).toEqual(['#### `p0` for `aarch64-linux`', '#### `alone` for `aarch64-linux`'])
    expect(text).toContain('149 other package(s) failed with it: p1 for aarch64-linux, p2 for aarch64-linux')
  })

  it.each([
    [3 * 1024 * 1024, '± 0'],
    [2 * 1024 * 1024, '+ 1.0 MiB'],
    [4 * 1024 * 1024, '− 1.0 MiB'],
  ])('tells how the closure has changed since the last run: from %d bytes', (before, change) => {
    const text = renderSummary(record({ results: [built('hello')], earlierSize: () => before }))
    expect(text.replaceAll('\u00a0', ' ')).toContain(`3.0 MiB<br>${change}`)
    expect(renderSummary(record({ results: [built('hello')], earlierSize: () => undefined }))).not.toMatch(
      /[±+−]\u00a0/,
    )
  })

  it('tells what was tried before and failed', () => {
    const attempts = [failed('hello', 'boom\nmore', [], { strategy: 'cross' })]
    const text = renderSummary(record({ results: [{ ...built('hello', { strategy: 'emulated' }), attempts }] }))
    expect(text).toMatch(/### Fell back[\s\S]*\| cross \(declared\) \| emulated \| boom \|/)
    expect(renderSummary(record({ results: [built('hello')] }))).not.toContain('Fell back')
  })

  it('tells what a consumer needs', () => {
    const text = renderSummary(record({ results: [built('hello')], pushes: [pushed(['hello'])] }))
    expect(text).toContain('extra-substituters = https://cache.example.org/nix')
    expect(text).toContain(
      "nix build 'github:owner/name/0123456789abcdef0123456789abcdef01234567#packages.x86_64-linux.hello-aarch64'",
    )
    expect(text).toContain(`nix-store --realise ${storePath('hello')}`)
    const native = renderSummary(record({ results: [built('hello', { strategy: 'native' })] }))
    expect(native).not.toContain('How to use')
  })

  it('joins the consumer lines of several destinations, those that failed left out', () => {
    const lines = nixConf([
      pushed([], { consumerLines: ['extra-substituters = https://a', 'extra-trusted-public-keys = k:1'] }),
      pushed([], { consumerLines: ['extra-substituters = https://b', 'extra-trusted-public-keys = k:1'] }),
      pushed([], { consumerLines: ['extra-substituters = https://c'], status: 'failed' }),
    ])
    expect(lines).toEqual(['extra-substituters = https://a https://b', 'extra-trusted-public-keys = k:1'])
  })

  it('tells pushes, emulators and the strategies that were not taken', () => {
    const paths = [
      { path: storePath('a'), status: 'pushed' as const, bytes: 2048 },
      { path: storePath('b'), status: 'present' as const, bytes: 9 },
      { path: storePath('c'), status: 'upstream' as const, bytes: 0 },
    ]
    const text = renderSummary(
      record({ results: [built('a')], emulators: [EMULATOR], pushes: [pushed([], { paths, verified: 2 })] }),
    )
    expect(text).toContain('| ✅ | `https://cache.example.org/nix` | 1 (2.0 KiB) | 1 | 1 | 2 | 2.0 s |')
    expect(text).toContain('| `riscv64-linux` | registered | 10.0.13 | nothing was registered |')
    expect(text).toContain('| `aarch64-linux` | `a` | emulated | cross is faster |')
  })

  it('of a dry run, and of what cannot be had', () => {
    const inputs = { ...record().inputs, dryRun: true }
    expect(renderSummary(record({ inputs, results: [{ ...built('a'), status: 'planned' }] }))).toContain(
      '## ✅ 1 package planned (dry run)',
    )
    const none = {
      plan: plan('x', { choice: false, reason: 'there is nothing' }),
      status: 'failed' as const,
      seconds: 0,
      error: 'no',
    }
    expect(renderSummary(record({ results: [none] }))).toContain(
      '| ❌ failed | `aarch64-linux` | `x` | – | there is nothing | – | – | – | – |',
    )
  })

  it.each([
    ['ten thousand packages', Array.from({ length: 10_000 }, (_, n) => built(`package-${n}`))],
    [
      'a thousand long failures',
      Array.from({ length: 1000 }, (_, n) =>
        failed(`p${n}`, `${n}${'x'.repeat(3000)}`, Array(25).fill('y'.repeat(500))),
      ),
    ],
    ['one endless error', [failed('p', 'ü'.repeat(2_000_000))]],
  ])('of %s stays below 1 MiB', (_, results) => {
    const text = renderSummary(record({ results }))
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024)
    expect(text.startsWith('## ')).toBe(true)
    expect(text).toMatch(/more|Left out|larger than GitHub takes/)
  })

  it('leaves out the least useful first, and says so', () => {
    const full = record({ results: [built('a'), failed('b', 'odd')], emulators: [EMULATOR], pushes: [pushed(['a'])] })
    const whole = renderSummary(full)
    const shorter = renderSummary(full, Buffer.byteLength(whole) - 1)
    expect(shorter).toContain('Left out, since GitHub takes no summary above 1 MiB: the other strategies.')
    expect(shorter).toContain('### Emulators')
    const shortest = renderSummary(full, 1500)
    expect(shortest).toContain('### Failures')
    expect(shortest).not.toContain('### Emulators')
  })

  it('keeps the rows of failures where rows are cut', () => {
    const results = [...Array.from({ length: 1500 }, (_, n) => built(`p${n}`)), failed('late', 'odd')]
    const text = renderSummary(record({ results }))
    expect(text).toContain('| ❌ failed | `aarch64-linux` | `late`')
    expect(text).toContain('… and 501 more; all are in the outputs.')
  })
})

describe('a reference by which others have the flake', () => {
  const revision = '0123456789abcdef0123456789abcdef01234567'
  const env = { GITHUB_WORKSPACE: '/srv/runner/name/name', GITHUB_REPOSITORY: 'owner/name', GITHUB_SHA: revision }
  const checkout = `git+file://${env.GITHUB_WORKSPACE}?rev=${revision}`
  it.each([
    ['a repository', `github:owner/other/${revision}`, revision, env, `github:owner/other/${revision}`],
    ['the checkout of this commit', checkout, revision, env, `github:owner/name/${revision}`],
    ['a folder of it', `${checkout}&dir=nix`, revision, env, `github:owner/name/${revision}?dir=nix`],
    [
      'another server',
      `${checkout}&dir=nix`,
      revision,
      { ...env, GITHUB_SERVER_URL: 'https://ghe.example.org' },
      `git+https://ghe.example.org/owner/name?dir=nix&rev=${revision}`,
    ],
    ['another commit, which may be of another repository', checkout, revision.replace('0', '1'), env, undefined],
    ['a changed checkout', 'git+file:///srv/runner/name/name', undefined, env, undefined],
    ['a copied folder', 'path:/srv/runner/name/name/sub?narHash=x', undefined, env, undefined],
    ['a place outside of the workspace', 'path:/srv/flakes', undefined, env, 'path:/srv/flakes'],
    ['a place whose name begins alike', 'path:/srv/runner/name/name2', undefined, env, 'path:/srv/runner/name/name2'],
    ['no workflow', checkout, revision, {}, checkout],
  ])('%s', (_, url, commit, environment, expected) => {
    expect(sharedReference({ url, revision: commit }, environment)).toBe(expected)
  })
})

describe('commands for what was cross-compiled', () => {
  const commands = (method: CrossMethod, attribute: string, reference?: string) => {
    const { plan, ...result } = built('hello')
    const choice = { ...(plan.choice as Choice), method, attribute }
    return crossCommands([{ ...result, plan: { ...plan, choice } }], reference)
  }
  const path = `nix-store --realise ${storePath('hello')}`

  it.each(['declared', 'pkgsCross'] as const)('%s: by its attribute, where others have the flake', (method) => {
    expect(commands(method, 'a.b', 'github:o/r')).toEqual([
      '# hello for aarch64-linux',
      "nix build 'github:o/r#a.b'",
      path,
    ])
    expect(commands(method, 'a.b')).toEqual(['# hello for aarch64-linux', path])
  })

  it.each(['overlay', 'transparent'] as const)('%s: no attribute of the flake is this build', (method) => {
    expect(commands(method, 'packages.aarch64-linux.hello', 'github:o/r')).toEqual(['# hello for aarch64-linux', path])
  })

  it('nixos: the machine itself can ask for it', () => {
    expect(commands('nixos', 'nixosConfigurations.pi.config.system.build.toplevel', 'github:o/r')).toEqual([
      '# hello for aarch64-linux',
      '# with nixpkgs.buildPlatform = "x86_64-linux" among its modules, nixosConfigurations.pi is this build on every machine',
      path,
    ])
  })
})

describe('notes', () => {
  const noted = (name: string) => ({ ...built(name), notes: ['The build of x could not\nexecute <y>'] })

  it('are told once for all packages that have them, and as a warning', () => {
    const results = [noted('a'), noted('b'), built('c')]
    const text = renderSummary(record({ results }))
    expect(text).toContain(
      '### To be looked at\n\n#### `a` for `aarch64-linux`, `b` for `aarch64-linux`\n\n<pre>\nThe build of x could not\nexecute &#60;y&#62;\n</pre>',
    )
    expect(annotationsOf(results, [], 'fail')).toMatchObject([
      { level: 'warning', text: 'a for aarch64-linux, b for aarch64-linux: The build of x could not\nexecute <y>' },
    ])
    expect(renderSummary(record({ results: [built('c')] }))).not.toContain('To be looked at')
  })
})
