import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountFor, insteadOf } from '../../src/chain/instead.ts';

const account = fc.constantFrom('claude', 'claude2', 'claude3', 'constructor');
const use = fc.tuple(account, account).filter(([shut, other]) => shut !== other);
const all = ['claude', 'claude2', 'claude3', 'constructor'];

describe('the account that is used instead', () => {
  it('is the other one for all that used the shut one, and for nothing else, however often it changes', () => {
    fc.assert(
      fc.property(fc.array(use, { maxLength: 8 }), (uses) => {
        let instead: Record<string, string> = {};
        for (const [shut, other] of uses) {
          const before = all.map((one) => accountFor({ instead }, one));
          instead = insteadOf(instead, shut, other);
          const after = before.map((one) => (one === shut ? other : one));
          expect(all.map((one) => accountFor({ instead }, one))).toEqual(after);
        }
      }),
    );
  });

  it('is forgotten when a person chooses back', () => {
    const away = insteadOf({}, 'claude', 'claude2');
    expect(away).toEqual({ claude: 'claude2' });
    expect(insteadOf(away, 'claude2', 'claude')).not.toHaveProperty('claude');
  });
});
