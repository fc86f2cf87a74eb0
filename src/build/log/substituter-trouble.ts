import { plainText } from '../../nix/log-text.ts'

const TROUBLES: readonly RegExp[] = [
  /unable to download '[^'?]+(?:\.narinfo|\.ls|\/nar\/[^'?]+|\.nar(?:\.\w+)?)(?:\?[^']*)?': [^\n;]+/,
  /NAR info file '[^']+' is corrupt[^\n]*/,
  /hash mismatch importing path '[^']+'/,
  /some substitutes for [^\n]* failed/,
  /(?:error|warning): [^\n]*(?=[;,] try '--fallback')/,
]

/**
 * What a substituter did wrong, in Nix's words: with `--fallback` Nix goes on without it (since Nix 2.0; without, one
 * server that answers 500 ends the whole build).
 * @param text a message of level 0
 */
export function substituterTrouble(text: string): string | undefined {
  const plain = plainText(text)
  const found = TROUBLES.map((pattern) => pattern.exec(plain)?.[0]).find((match) => match !== undefined)
  return found?.replace(/^(?:error|warning): /, '').replace(/[\s:.]+$/, '')
}
