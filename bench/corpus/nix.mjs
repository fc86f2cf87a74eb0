// Nix as this measurement needs it: run it, evaluate through the wrapper flake, make stand-in trees on request.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CROSS = join(dirname(fileURLToPath(import.meta.url)), '../../src/strategy/cross')
// as in src/strategy/stand-in.ts
const ENTRANCES = new Set(['pkgs/top-level/default.nix', 'pkgs/top-level/impure.nix'])
const FLAGS = ['--extra-experimental-features', 'nix-command flakes', '--option', 'warn-dirty', 'false']

/** Runs Nix; never throws. @returns {Promise<{ code: number, stdout: string, stderr: string, seconds: number }>} */
export function nix(tool, args, limitSeconds = 300) {
  const start = performance.now()
  return new Promise((resolve) => {
    const options = { maxBuffer: 1 << 30, timeout: limitSeconds * 1000, killSignal: 'SIGKILL' }
    execFile(tool, [...args, ...FLAGS], options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 1) : 0, stdout, stderr, seconds: (performance.now() - start) / 1000 }),
    )
  })
}

/** A folder with the flakes that every question goes through: `cross` (views) and `wrapper` (what is asked of them). */
export class Asker {
  constructor({ tool, folder, build, target }) {
    Object.assign(this, { tool, folder, build, target, trees: new Set() })
    mkdirSync(join(folder, 'cross/trees'), { recursive: true })
    mkdirSync(join(folder, 'wrapper'), { recursive: true })
    copyNix(join(folder, 'cross'))
    writeFileSync(join(folder, 'wrapper/flake.nix'), wrapper(build, target))
  }

  /** Evaluates an attribute of the wrapper; makes the stand-in trees that the views ask for. */
  async ask(attribute, flake, extra = []) {
    for (let round = 0; ; round++) {
      const inputs = ['target', `path:${flake}`, 'cross', `path:${join(this.folder, 'cross')}`]
      const overrides = [0, 2].flatMap((i) => ['--override-input', inputs[i], inputs[i + 1]])
      const where = `path:${join(this.folder, 'wrapper')}#${attribute}`
      const result = await nix(this.tool, ['eval', '--json', where, ...overrides, '--no-write-lock-file', ...extra])
      const wanted = /nix-multiarch wants a stand-in: (\{.*\})/.exec(result.stderr)
      if (result.code === 0) return { value: JSON.parse(result.stdout), seconds: result.seconds, rounds: round }
      if (wanted === null || round > 20) return { error: result.stderr, seconds: result.seconds, rounds: round }
      this.makeStandIn(JSON.parse(wanted[1]))
    }
  }

  makeStandIn({ name, real, entries, guise }) {
    if (this.trees.has(name)) return
    this.trees.add(name)
    const tree = join(this.folder, 'cross/trees', name)
    mkdirSync(join(tree, 'nix-multiarch'), { recursive: true })
    copyNix(join(tree, 'nix-multiarch'))
    copyFileSync(join(CROSS, 'stand-in.nix'), join(tree, 'default.nix'))
    const settings = { real, build: this.build, target: this.target, guise }
    writeFileSync(join(tree, 'nix-multiarch/settings.json'), JSON.stringify(settings))
    for (const entry of entries) {
      mkdirSync(dirname(join(tree, entry)), { recursive: true })
      if (ENTRANCES.has(entry)) writeFileSync(join(tree, entry), 'import ../..\n')
      else if (entry !== 'default.nix') symlinkSync(join(real, entry), join(tree, entry))
    }
  }
}

function copyNix(into) {
  for (const file of readdirSync(CROSS)) if (file.endsWith('.nix')) copyFileSync(join(CROSS, file), join(into, file))
}

const wrapper = (build, target) => `{
  outputs = { target, cross, ... }:
    let
      views = cross.views { flake = target; build = "${build}"; target = builtins.fromJSON ${JSON.stringify(JSON.stringify(target))}; };
      sets = { native = target; } // views;
      namesOf = set: if builtins.isAttrs set then builtins.attrNames set else [ ];
      facts = p: {
        isDerivation = (p.type or null) == "derivation";
        drvPath = p.drvPath;
        system = p.system;
        host = p.stdenv.hostPlatform.system or null;
      };
    in
    {
      names = namesOf (target.packages.${target.system} or { });
      all = builtins.mapAttrs (_: set: names: builtins.listToAttrs (map (name: {
        inherit name;
        value = let one = builtins.tryEval (builtins.deepSeq (facts set.packages.${target.system}.${'$'}{name}) (facts set.packages.${target.system}.${'$'}{name})); in if one.success then one.value else { isDerivation = false; };
      }) names)) sets;
      drv = builtins.mapAttrs (_: set: builtins.mapAttrs (_: facts) (set.packages.${target.system} or { })) sets;
      raw = sets;
    };
}
`
