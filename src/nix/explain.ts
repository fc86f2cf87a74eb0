import { FLAKE_RULES } from './explain-flake.ts'
import { emulateIt, IMPORTED, MACHINE_RULES } from './explain-machine.ts'
import { type Category, type Explanation, type Rule, shortName } from './explain-rule.ts'
import { STORE_RULES } from './explain-store.ts'
import { plainText } from './log-text.ts'

export type { Category, Explanation } from './explain-rule.ts'

const LONGEST_TEXT = 64 * 1024
const LONGEST_SENTENCE = 400

/** Rules about builders that failed by themselves; they come last, since every other cause shows as one. */
const BUILD_RULES: readonly Rule[] = [
  {
    category: 'build',
    pattern: /output '([^']+)' is not allowed to refer to the following paths:((?:\s+\/\S+)+)/,
    say: ([, output = '', paths = '']) => ({
      sentence: `${shortName(output)} refers to ${paths.trim().split(/\s+/).map(shortName).join(', ')}, which it is not allowed to.`,
      advice: 'Keep these paths out of its files, or change allowedReferences, disallowedReferences or the like.',
    }),
  },
  {
    category: 'build',
    pattern: /builder for '([^']+)' failed to produce output path for output '([^']+)'/,
    say: ([, drv = '', output = '']) => ({
      sentence: `the builder of ${shortName(drv)} ended well without making its output ${output}.`,
      advice: `Its commands must write to $${output}.`,
    }),
  },
  {
    category: 'build',
    pattern: /(?:building (?:derivation|of) '([^']+)'.*?)killed after writing more than (\d+) bytes of log output/,
    say: ([, drv = '', bytes = '']) => ({
      sentence: `${shortName(drv)} was ended after printing more than ${bytes} bytes.`,
      advice: 'Raise max-build-log-size in extra-nix-config, or make the build print less.',
    }),
  },
  {
    category: 'build',
    pattern:
      /(?:builder for '([^']+)'|annot build '([^']+)'[\s\S]*?builder) failed (with exit code \d+|due to signal [^;.\n]+)/,
    say: ([, drv = '', other = '', how = '']) => ({
      sentence: `the builder of ${shortName(drv || other)} failed ${how}.`,
      advice: 'See the last lines of its log.',
    }),
  },
  {
    category: 'build',
    pattern:
      /\d+ dependenc(?:y|ies) of derivation '([^']+)' failed|annot build '([^']+)'[\s\S]*?Reason: \d+ dependenc(?:y|ies) failed/,
    say: ([, drv = '', other = '']) => ({
      sentence: `something that ${shortName(drv || other)} needs failed to build.`,
      advice: '',
    }),
  },
  {
    category: 'trust',
    pattern: /ignoring (?:the client-specified setting '([^']+)'|untrusted substituter '([^']+)')/,
    say: ([, setting = '', substituter = '']) => ({
      sentence: `the Nix daemon ignored ${setting === '' ? `the substituter ${substituter}` : `the setting ${setting}`}, since this user is not one of its trusted users.`,
      advice: 'Add the user to trusted-users in the nix.conf of the daemon and restart it, or run the job as root.',
    }),
  },
]

const RULES: readonly Rule[] = [...MACHINE_RULES, ...STORE_RULES, ...FLAKE_RULES, ...BUILD_RULES]

/**
 * Says in words for people what failed, why, and what to do.
 * @param message what Nix 2.8 to 2.34 printed on stderr, or one message of its structured log
 * @param log the last lines that the failed builder printed, where they are not in the message
 */
export function explainNix(message: string, log: readonly string[] = []): Explanation {
  const text = clean(message)
  const own = text.replace(/^\s*> .*$/gm, '')
  const logs = [text, ...log].join('\n')
  for (const { category, pattern, inLogs, say } of RULES) {
    const match = pattern.exec(own) ?? (inLogs ? pattern.exec(logs) : null)
    const said =
      match === null
        ? undefined
        : say(
            [...match].map((group) => group ?? ''),
            own,
          )
    if (said === undefined) continue
    const place = PLACED.includes(category) ? placeOf(text) : ''
    const sentence = said.sentence.replace(/\.$/, `${place}.`)
    return { category, ...said, sentence }
  }
  return unknown(own)
}

/** Without escape sequences, without the excerpts of source code, whose text is not Nix's own. */
const clean = (message: string): string => plainText(message.slice(-LONGEST_TEXT)).replace(/^\s*\d*\|.*$/gm, '')

/** What is to be mended where it is written. */
const PLACED: readonly Category[] = ['evaluation', 'attribute']

/** ` (flake.nix:3:12)` where the last error itself has a place: what only called it tells little, and may be ours. */
function placeOf(text: string): string {
  const last = text.slice(text.lastIndexOf('error:'))
  const [, file = '', line, column] = /^[^\n]*\n\s*at (\/[^\n]*?):(\d+):(\d+):?\s*$/m.exec(last) ?? []
  return file === '' ? '' : ` (${file.replace(/^.*\/[0-9a-z]{32}-source\//, '')}:${line}:${column})`
}

/** An error of evaluation as a part of a sentence, without full stop. */
export function explainBriefly(message: string): string {
  const { sentence, advice, category, system = '' } = explainNix(message)
  // only the older ones say that it was in an evaluation
  const texts = category === 'platform' ? [`${sentence} ${IMPORTED}`, emulateIt(system)] : [sentence, advice]
  const [what = '', remedy] = texts.map((text) => text.replace(/\.$/, ''))
  const short = what.replace(/^the flake does not evaluate: /, '')
  return remedy === '' ? short : `${short} (${remedy})`
}

/** Nix's own last error. A text that a flake throws is among these. */
function unknown(text: string): Explanation {
  const errors = text.split(/^\s*error: */m).slice(1)
  const last = (errors.at(-1) ?? text).split(/\n\s*(?:at |\n|\(use|For full logs|Did you mean|Try 'nix)/)[0] ?? ''
  const line = last.replace(/\s+/g, ' ').trim()
  if (line === '') return { category: 'other', sentence: 'Nix failed without an error message.', advice: '' }
  const sentence = line.length > LONGEST_SENTENCE ? `${line.slice(0, LONGEST_SENTENCE)}…` : line
  return { category: 'other', sentence: /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`, advice: '' }
}
