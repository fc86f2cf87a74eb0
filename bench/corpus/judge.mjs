// What the closure of a derivation says: for which systems it is built, which of its build tools are the target's.

const TOOL_LISTS = ['nativeBuildInputs', 'propagatedNativeBuildInputs', 'depsBuildBuild', 'depsBuildTarget']

/**
 * @param all what readDerivations gives
 * @param root derivation path
 * @returns derivations by system; names of those for neither the build system nor Nix itself; "user <- tool" of every
 *   tool that runs on the target
 */
export function judge(all, root, { build, triple }) {
  const drvs = closure(all, root)
  const systems = {}
  for (const { system } of drvs) systems[system] = (systems[system] ?? 0) + 1
  const foreign = drvs.filter(({ system }) => system !== build && system !== 'builtin').map(({ name }) => name)
  const owner = new Map(drvs.flatMap((drv) => drv.outputs.map((output) => [output, drv])))
  const tools = drvs
    .filter(({ system }) => system === build)
    .flatMap((drv) => drv.tools.map((path) => [drv, owner.get(path)]))
    // nixpkgs puts the triple behind the name of what runs on it, and before the name of what is for it.
    .filter(([, tool]) => tool !== undefined && !tool.fixed && tool.name.includes(`-${triple}`))
    .map(([drv, tool]) => `${drv.name} <- ${tool.name}`)
  return { systems, foreign: [...new Set(foreign)], tools: [...new Set(tools)] }
}

function closure(all, root) {
  const found = new Map()
  const left = [fileName(root)]
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const drv = all.get(path)
    if (found.has(path) || drv === undefined) continue
    found.set(path, drv)
    left.push(...drv.inputs)
  }
  return [...found.values()]
}

/** @param shown parsed output of `nix derivation show -r`, of any version of Nix @returns by file name of the .drv */
export function readDerivations(shown) {
  return new Map(Object.entries(shown.derivations ?? shown).map(([path, drv]) => [fileName(path), read(path, drv)]))
}

function read(path, drv) {
  const attributes = drv.structuredAttrs ?? (drv.env?.__json ? JSON.parse(drv.env.__json) : (drv.env ?? {}))
  const outputs = Object.values(drv.outputs ?? {})
  return {
    name:
      drv.name ??
      fileName(path)
        .replace(/^[a-z0-9]{32}-/, '')
        .replace(/\.drv$/, ''),
    system: drv.system,
    fixed: outputs.some(({ hash }) => hash !== undefined),
    inputs: Object.keys(drv.inputs?.drvs ?? drv.inputDrvs ?? {}).map(fileName),
    outputs: outputs
      .map((output) => output.path)
      .filter(Boolean)
      .map(storePath),
    tools: [drv.builder, ...TOOL_LISTS.flatMap((list) => words(attributes[list]))].map(storePath),
  }
}

const fileName = (path) => path.split('/').at(-1)
const storePath = (text) => (text.startsWith('/') ? text.split('/').slice(0, 4).join('/') : `/nix/store/${text}`)
const words = (value) =>
  Array.isArray(value)
    ? value.flat(9).map(String)
    : String(value ?? '')
        .split(/\s+/)
        .filter(Boolean)
