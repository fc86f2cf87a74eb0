type Deed =
  /** A file or tree that this run makes. */
  | { readonly kind: 'remove'; readonly path: string; readonly root: boolean }
  /** An entry of binfmt_misc that this run registers; removed only while its interpreter is still ours. */
  | { readonly kind: 'unregister'; readonly entry: string; readonly interpreter: string }
  /** An entry of binfmt_misc that this run takes out; `line` is its registration. */
  | { readonly kind: 'register'; readonly entry: string; readonly line: string; readonly enabled: boolean }
  /** A mount that this run makes. */
  | { readonly kind: 'unmount'; readonly path: string }
  /** A process group that this run starts; ended only if pid and start time (field 22 of /proc/pid/stat) still fit. */
  | { readonly kind: 'stop'; readonly pid: number; readonly startTime: string; readonly root: boolean }
  /** A transient unit of systemd that this run starts; ended with all its processes. */
  | { readonly kind: 'unit'; readonly name: string }
  /** A command of a short list of tools. */
  | { readonly kind: 'command'; readonly tool: UndoTool; readonly args: readonly string[]; readonly root: boolean }

/** One deed to be undone in post, as plain data: it is written to disk before the deed is done. */
export type Undo = Deed & {
  /** Other jobs of this machine may rely on it: it is undone when the last of them ends. */
  readonly shared?: true
}

export const UNDO_TOOLS = ['sed', 'apt-get', 'chmod'] as const
export type UndoTool = (typeof UNDO_TOOLS)[number]
