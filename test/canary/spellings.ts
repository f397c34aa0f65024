/**
 * Every way in which a secret may be written, made anew here: what looks for leaks shares nothing with what covers them.
 * Base64 has three alignments, of which the characters that the secret alone decides are looked for.
 */
export function spellingsOf(secret: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const percent = encodeURIComponent(secret);
  const found = new Map<string, string>([
    ['as it is', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['URL', percent],
    ['url', percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['UTF-16', Buffer.from(secret, 'utf16le').toString('latin1')],
  ]);
  for (const before of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    const [from, to] = [Math.ceil((before * 4) / 3), Math.floor((shifted.length * 4) / 3)];
    found.set(`base64 +${before}`, shifted.toString('base64').slice(from, to));
    found.set(`base64url +${before}`, shifted.toString('base64url').slice(from, to));
  }
  return new Map([...found].map(([how, text]) => [how, Buffer.from(text, 'latin1')]));
}
