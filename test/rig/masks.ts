/** The runner's masking of secrets: HostContext.cs and ValueEncoders.cs of actions/runner. */

const xml: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Base64 of the text at each of the three alignments, without the ends that depend on its neighbours. */
function base64(text: string): string[] {
  const bytes = Buffer.from(text)
  return [0, 1, 2].map((skip) => bytes.subarray(skip).toString('base64'))
}

/** Every form of a secret that the runner hides. Not hidden: hex, base32, compressed, reversed, split. */
export function maskedForms(secret: string): string[] {
  const forms = [
    secret,
    ...base64(secret),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    secret.replace(/[&<>"']/g, (sign) => xml[sign] ?? sign),
    secret.replaceAll("'", "''"),
    secret.replaceAll('"', '\\"'),
    secret.length > 8 && secret.startsWith('"') && secret.endsWith('"') ? secret.slice(1, -1) : '',
  ]
  return [...new Set(forms)].filter((form) => form !== '')
}

export class Masks {
  /** Secrets in the order they were registered. */
  readonly secrets: string[] = []
  #forms: string[] = []

  /** A secret of several lines is hidden as a whole and line by line. Blank text is ignored. */
  add(secret: string): void {
    if (secret.trim() === '') return
    this.secrets.push(secret)
    const lines = secret.split(/[\r\n]+/).map((line) => line.trim())
    const forms = [secret, ...lines.filter((line) => line !== '')].flatMap(maskedForms)
    this.#forms = [...new Set([...this.#forms, ...forms])].sort((a, b) => b.length - a.length)
  }

  hide(text: string): string {
    return this.#forms.reduce((all, form) => all.replaceAll(form, '***'), text)
  }
}
