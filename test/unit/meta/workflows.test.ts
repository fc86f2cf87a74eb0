import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { validate } from '@actions/languageservice'
import { describe, expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'

const files = ['action.yml', ...readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`)]

/** What GitHub's own language service says of a file. */
async function complaints(name: string, text: string): Promise<unknown[]> {
  // Results are cached by URI: each text has a name of its own.
  const found = await validate(TextDocument.create(`file://${resolve(name)}`, 'yaml', 1, text))
  return found.map(({ message }) => message)
}

describe("GitHub's language service", () => {
  test.each(files)('has no complaint about %s', async (name) => {
    expect(await complaints(name, readFileSync(name, 'utf8'))).toEqual([])
  })

  test('does complain about a wrong workflow', async () => {
    expect(await complaints('.github/workflows/x.yml', 'on: push\njobs:\n  a:\n    steps: []\n')).not.toEqual([])
  })
})
