import { describe, expect, test } from 'vitest'
import { createForeignRunLedger, readForeignRun } from '../../../src/build/log/foreign-run.ts'

describe('a program that could not be executed', () => {
  // As the programs print it, run on x86_64 with an aarch64 program and no emulator.
  test.each([
    ['/nix/store/x-stdenv/setup: line 1721: ./prog: cannot execute binary file: Exec format error', './prog'],
    ['bash: line 1: ./my-prog: cannot execute binary file', './my-prog'],
    [
      './gen.sh: line 3: /nix/store/aaa-tool-1.0/bin/tool: cannot execute: required file not found',
      '/nix/store/aaa-tool-1.0/bin/tool',
    ],
    ['make[2]: ./mkdefs: Exec format error', './mkdefs'],
    ['make: execvp: ./mkdefs: Exec format error', './mkdefs'],
    ["env: './prog': Exec format error", './prog'],
    ['env: ‘./prog’: Exec format error', './prog'],
    ['xargs: ./prog: Exec format error', './prog'],
    ['sh: 1: ./prog: Exec format error', './prog'],
    ['Can\'t exec "./prog": Exec format error at gen.pl line 4.', './prog'],
    ["OSError: [Errno 8] Exec format error: './prog'", './prog'],
    ['OSError: [Errno 8] Exec format error', ''],
    ['fork/exec ./prog: exec format error', './prog'],
    ['error: could not execute process (never executed): Exec format error (os error 8)', ''],
    ['java.io.IOException: Cannot run program "./prog": error=8, Exec format error', ''],
    ['Error: spawnSync ./prog ENOEXEC', './prog'],
    ['./prog: 1: ELF: not found', './prog'],
    ['./prog: line 1: @@@ELF@: not found', './prog'],
    [
      "qemu-aarch64: Could not open '/lib/ld-linux-aarch64.so.1': No such file or directory",
      '/lib/ld-linux-aarch64.so.1',
    ],
    ['qemu: uncaught target signal 11 (Segmentation fault) - core dumped', ''],
    [
      'checking for the version... ./configure: line 9: ./src/tool: cannot execute binary file: Exec format error',
      './src/tool',
    ],
  ])('%s', (line, program) => {
    expect(readForeignRun(line, 'buildPhase')).toEqual({ program, line })
  })

  test.each([
    [
      "Autoconf's question whether it cross-compiles",
      './configure: line 3921: ./conftest: cannot execute binary file: Exec format error',
    ],
    [
      'the same within config.log',
      '| ./configure: line 1850: ./conftest.exe: cannot execute binary file: Exec format error',
    ],
    ["Autoconf's first program", './configure: line 2800: ./a.out: cannot execute binary file: Exec format error'],
    ["CMake's try_run", '/bin/sh: ./CMakeFiles/CMakeScratch/TryCompile-x/cmTC_1a2b3: cannot execute binary file'],
    ["Meson's sanity check", "OSError: [Errno 8] Exec format error: '/build/b/meson-private/sanitycheckc.exe'"],
    ["Perl's Configure", './Configure: line 5: ./try: cannot execute binary file: Exec format error'],
    ['the answer', 'checking whether we are cross compiling... yes'],
    ['an error of its own', 'configure: error: cannot run C compiled programs.'],
    ['a message catalogue', 'msgid "Exec format error"'],
    ['a table of errors', '8: Exec format error'],
    ['a table of errors', 'ENOEXEC  8  Exec format error'],
    ['a compiler', 'gcc -c exec-format-error.c -o exec-format-error.o'],
    ['a comment', '/* cannot execute binary file */'],
    ['a script without its interpreter', './setup.sh: line 2: ./tools/gen.pl: cannot execute: required file not found'],
    ['permission', 'bash: ./prog: Permission denied'],
    ['a missing program', 'bash: line 1: prog: command not found'],
    ['a missing file', 'cat: ELF: No such file or directory'],
  ])('%s is none: %s', (_, line) => {
    expect(readForeignRun(line, undefined)).toBeUndefined()
  })

  test('tests of a package try what must fail', () => {
    const line = './run-tests: line 3: ./fixture: cannot execute binary file: Exec format error'
    expect(readForeignRun(line, 'checkPhase')).toBeUndefined()
    expect(readForeignRun(line, 'installPhase')).toBeDefined()
  })

  test('of an endless log, a few lines of each derivation are kept, each once and cut', () => {
    const { log, runs } = createForeignRunLedger()
    for (let i = 0; i < 100; i++) log('/nix/store/a.drv', `make: ./p${i % 50}: Exec format error`, undefined)
    log('/nix/store/a.drv', 'nothing', undefined)
    log('/nix/store/b.drv', `${'x'.repeat(4000)} ./p: Exec format error`, undefined)
    for (let i = 0; i < 5000; i++) log(`/nix/store/${i}.drv`, 'make: ./p: Exec format error', undefined)
    expect(runs.get('/nix/store/a.drv')?.map(({ program }) => program)).toEqual(['./p0', './p1', './p2'])
    expect(runs.get('/nix/store/b.drv')?.[0]?.line.length).toBeLessThan(600)
    expect(runs.size).toBe(1000)
  })

  test('a long line is read in linear time', () => {
    const start = performance.now()
    for (const line of [
      'x'.repeat(4096),
      'a: '.repeat(1365),
      `${"'".repeat(2000)}: cannot execute`,
      'ELF '.repeat(1024),
    ])
      for (let i = 0; i < 20; i++) readForeignRun(line, undefined)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
