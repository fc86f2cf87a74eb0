import { describe, expect, it } from 'vitest'
import { parseDestination, secretsOf, urlParameter, withoutLogin } from '../../../src/nix/store-url.ts'
import { proxies } from '../../../src/push/destination/proxies.ts'

describe('a destination', () => {
  it.each([
    ['file:///srv/cache', 'file', 'file:///srv/cache'],
    ['file:///srv/cache?compression=xz', 'file', 'file:///srv/cache?compression=xz'],
    ['https://cache.example.org/a/', 'https', 'https://cache.example.org/a/'],
    ['http://u:p%40ss@cache.example.org:8080/a', 'http', 'http://cache.example.org:8080/a'],
    ['s3://bucket?region=eu-west-1&endpoint=https://s3.example.org', 's3', undefined],
    ['ssh-ng://root@host', 'ssh-ng', 'ssh-ng://host'],
    ['ssh://host?remote-store=/srv/x', 'ssh', undefined],
    ['https://[::1]:80/', 'https', undefined],
  ])('%s is %s', (url, scheme, shown) => {
    expect(parseDestination(url)).toEqual({ url, shown: shown ?? url, scheme })
  })

  it.each([
    ['/srv/cache', /is a path, not a store URL; for a folder write file:\/\/\/srv\/cache/],
    ['cache', /not a store URL; allowed are file/],
    ['ftp://u:secret@host/x', /^ftp:\/\/host\/x: no push to ftp stores/],
    ['daemon', /not a store URL/],
    ['file://relative', /needs an absolute path/],
    ['file:///', /needs an absolute path/],
    ['https://', /names no host/],
    ['s3://?region=a', /names no bucket/],
    ['ssh-ng:host', /names no host/],
  ])('%s is refused', (url, reason) => {
    const parsed = parseDestination(url)
    expect(parsed).toHaveProperty('problem', expect.stringMatching(reason))
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })

  it('names its secrets in every encoding', () => {
    expect(secretsOf('https://us%65r:p%40ss@host/')).toEqual([
      'p%40ss',
      'p@ss',
      Buffer.from('user:p@ss').toString('base64'),
    ])
    expect(secretsOf('https://user@host/')).toEqual([])
    expect(secretsOf('https://host/a:b@c')).toEqual([])
    // shorter ones would mask half the log
    expect(secretsOf('https://u:abc@host/')).toEqual([Buffer.from('u:abc').toString('base64')])
  })

  it('loses its login wherever it is printed', () => {
    expect(withoutLogin("copying path 'x' to 'http://u:p@h/c'...")).toBe("copying path 'x' to 'http://h/c'...")
    expect(withoutLogin('ssh-ng://h?remote-store=http%3A%2F%2Fu%3Apw%40h%2Fc')).toBe(
      'ssh-ng://h?remote-store=http%3A%2F%2Fh%2Fc',
    )
    // a raw @ belongs to the password: the last one ends it
    expect(withoutLogin('https://u:p@ss@h/c')).toBe('https://h/c')
    expect(secretsOf('https://u:p@ss@h/c')).toContain('p@ss')
    expect(withoutLogin('ssh-ng://h?remote-store=http%3A%2F%2Fu%3Ap%40w%40h%2Fc')).toBe(
      'ssh-ng://h?remote-store=http%3A%2F%2Fh%2Fc',
    )
    expect(withoutLogin('see https://h/a@b and c@d')).toBe('see https://h/a@b and c@d')
  })

  it('has parameters in which plus is plus', () => {
    expect(urlParameter('file:///x?secret-key=/a+b&c=%2Fd', 'secret-key')).toBe('/a+b')
    expect(urlParameter('file:///x?c=%2Fd', 'c')).toBe('/d')
    expect(urlParameter('file:///x', 'c')).toBeUndefined()
  })
})

describe('proxies, as curl reads the environment', () => {
  const metadata = '169.254.169.254,169.254.170.2'
  it.each([
    [{}, {}],
    [{ https_proxy: 'http://p:1', HTTPS_PROXY: 'http://q:1' }, { https_proxy: 'http://p:1' }],
    [{ HTTPS_PROXY: 'http://q:1' }, { https_proxy: 'http://q:1' }],
    [{ HTTP_PROXY: 'http://stranger:1' }, {}],
    [{ all_proxy: 'u:s@p:1' }, { http_proxy: 'http://u:s@p:1', https_proxy: 'http://u:s@p:1' }],
    [{ ALL_PROXY: 'socks5://p:1', http_proxy: 'http://h:1' }, { http_proxy: 'http://h:1' }],
    [{ NO_PROXY: '.internal' }, { no_proxy: `.internal,${metadata}` }],
  ])('%j', (env, wanted) => expect(proxies(env)).toEqual({ no_proxy: metadata, ...wanted }))
})
