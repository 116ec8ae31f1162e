import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { SqlObject } from '../../model/sql-object.ts';
import { userField } from './user-columns.ts';

/**
 * Whoever changes the address of an account, on whatever way, has not shown that it is theirs: a rule that trusts
 * `viewer.emailVerified` must not be met by typing another address. Addresses are kept in small letters, as sign-in looks
 * them up: one in other letters would be another account, and could not sign in.
 */
export function keepMailHonest(app: AppModel): readonly SqlObject[] {
  if (!app.user) return [];
  const email = userField(app.user, 'email').column;
  const verified = userField(app.user, 'emailVerified').column;
  const table = quoteIdentifier(app.user.table);
  const [e, v] = [quoteIdentifier(email), quoteIdentifier(verified)];
  return [
    {
      name: `${app.user.name}/trigger/plinth_mail_unverified`,
      table: app.user.table,
      kind: 'trigger',
      create: [
        `CREATE OR REPLACE FUNCTION plinth_mail_unverified() RETURNS trigger LANGUAGE plpgsql AS $$`,
        `BEGIN`,
        `  NEW.${e} := lower(NEW.${e}::text);`,
        `  IF TG_OP = 'UPDATE' THEN`,
        `    IF NEW.${e}::text IS DISTINCT FROM lower(OLD.${e}::text) AND NEW.${v} = OLD.${v} THEN`,
        `      NEW.${v} := false;`,
        `    END IF;`,
        `  END IF;`,
        `  RETURN NEW;`,
        `END $$;`,
        `CREATE TRIGGER plinth_mail_unverified BEFORE INSERT OR UPDATE ON ${table}`,
        `  FOR EACH ROW EXECUTE FUNCTION plinth_mail_unverified();`,
      ].join('\n'),
      drop: `DROP TRIGGER IF EXISTS plinth_mail_unverified ON ${table};`,
      columns: [email, verified],
    },
  ];
}
