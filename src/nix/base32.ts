const ALPHABET = '0123456789abcdfghijklmnpqrsvwxyz'

/** Nix's base 32 (src/libutil/hash.cc, printHash32): least significant bits last, from the end of the bytes. */
export function toBase32(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 8) / 5)
  let text = ''
  for (let n = length - 1; n >= 0; n -= 1) {
    const bit = n * 5
    const at = bit >> 3
    const shift = bit & 7
    const pair = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    text += ALPHABET[(pair >> shift) & 31]
  }
  return text
}

/** The bytes of a text in Nix's base 32. @throws Error on any other text */
export function fromBase32(text: string): Buffer {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8))
  for (let n = 0; n < text.length; n += 1) {
    const digit = ALPHABET.indexOf(text[text.length - n - 1] ?? '')
    if (digit < 0) throw new Error(`not Nix base 32: ${text}`)
    const at = (n * 5) >> 3
    const shift = (n * 5) & 7
    if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) | ((digit << shift) & 255)
    const carry = digit >> (8 - shift)
    if (at + 1 < bytes.length) bytes[at + 1] = (bytes[at + 1] ?? 0) | carry
    else if (carry !== 0) throw new Error(`not Nix base 32: ${text}`)
  }
  return bytes
}
