import type { GraphQLObjectType } from 'graphql';
import type { RowStep, RowsPart } from '../../data/index.ts';
import { countAll } from '../sql/select-rows.ts';
import { type Sql, sql } from '../sql/sql.ts';
import { type Beyond, type Built, ConnectionBuilding, type Side } from './connection-building.ts';
import type { Member, RowsToWrite } from './json-text.ts';
import type { RowsAsk } from './rows-ask.ts';
import { cursorSteps, objectSteps, SentColumns } from './sent-columns.ts';

type Parts = readonly RowsPart[];

const FALSE = { literal: 'false' } as const;

/** A connection whose rows are sent as they are. What is not said of a row is sent with each of them. */
export class ConnectionRows extends ConnectionBuilding<Parts> {
  readonly #columns = new SentColumns();
  #hasList = false;

  /** Undefined where there is no list, or too much in it. */
  rows({ type, nodes }: RowsAsk): RowsToWrite | undefined {
    const parts = this.object(this.members(type, nodes));
    if (!this.#hasList || this.#columns.areTooMany) return undefined;
    const { size, fromEnd: isReversed } = this.page;
    const { select, isThere } = this.#columns.besides((columns) => this.select(columns));
    return { select, form: { parts, page: { size, isReversed, isThere } } };
  }

  protected override known({ name }: GraphQLObjectType): Parts {
    return [{ literal: `"${name}"` }];
  }

  protected override object(members: readonly Built<Parts>[]): Parts {
    const parts = members.flatMap(
      ({ key, value }, index): Parts => [{ literal: `${index === 0 ? '' : ','}"${key}":` }, ...value],
    );
    return [{ literal: '{' }, ...parts, { literal: '}' }];
  }

  protected override total(): Parts {
    return [{ head: this.#head(sql`${countAll(this.placed)}::int4`) }];
  }

  protected override list(members: readonly Member[]): Parts {
    this.#hasList = true;
    return [{ list: objectSteps(members, this.#columns) }];
  }

  protected override outermostCursor(side: Side): Parts {
    const steps = cursorSteps(this.placed.keys, this.mark, this.#columns);
    return [(side === 'start') === this.page.fromEnd ? { last: steps } : { first: steps }];
  }

  protected override isMore({ isRead, exists }: Beyond): Parts {
    const isBeyond = exists && this.#head(sql`(${exists})::text`);
    if (isRead) return [{ more: isBeyond ?? [FALSE] }];
    return [isBeyond ? { head: isBeyond } : FALSE];
  }

  #head(value: Sql): readonly RowStep[] {
    return [{ column: this.#columns.addBeside(value), as: 'json' }];
  }
}
