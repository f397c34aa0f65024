import { isIP } from 'node:net';

/** A name, or an address, and a port: where a session wants to go. */
export type Place = { readonly name: string; readonly port: number };

/** A grant's `name` or `name:port`. */
function placeOf(host: string): Place {
  const [name = '', port = '443'] = host.split(':');
  return { name, port: Number(port) };
}

/** Whether a grant's hosts have exactly this name and port. */
export function isListed(hosts: readonly string[], { name, port }: Place): boolean {
  return hosts.map(placeOf).some((host) => host.name === name && host.port === port);
}

export const textOf = ({ name, port }: Place): string => (port === 443 ? name : `${name}:${port}`);

/**
 * Where a request's target points to: `name:port` as CONNECT has it, or an URL, which a client sends that takes the boundary for a plain
 * proxy. Null where it is neither: the agent's words are not passed on beyond what a name may look like.
 */
export function wantedPlace(method: string | undefined, target: string | undefined): Place | null {
  const text = target ?? '';
  if (method === 'CONNECT') {
    const [, bracketed, plain, port] =
      /^(?:\[([0-9a-fA-F:.]{2,45})\]|([^[\]:\s/@]{1,253})):([1-9]\d{0,4})$/.exec(text) ?? [];
    return legible(bracketed ?? plain ?? '', Number(port));
  }
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return (
    url && legible(url.hostname.replace(/^\[|\]$/g, ''), Number(url.port) || (url.protocol === 'https:' ? 443 : 80))
  );
}

function legible(name: string, port: number): Place | null {
  const isName = /^[a-zA-Z0-9_-]{1,63}(\.[a-zA-Z0-9_-]{1,63})*\.?$/.test(name) && name.length <= 253;
  return (isName || isIP(name) !== 0) && port > 0 && port <= 65_535 ? { name, port } : null;
}
