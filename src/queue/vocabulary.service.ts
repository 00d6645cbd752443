/** Which words does the team share: its labels, and its templates of what it asks for? Alone in writing these tables. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { LabelNotFound, NameTaken, TemplateNotFound } from './queue.errors.js';
import type { NewTemplate, TemplateEdit, TemplateView } from './templates.schema.js';
import type { LabelEdit, LabelView, NewLabel } from './triage.schema.js';

type Word = Readonly<Record<string, string | null>> & { readonly name: string };

interface Kind {
  readonly what: 'label' | 'template';
  readonly table: string;
  /** What a change would overwrite. */
  readonly fields: readonly [string, string];
  readonly missing: (id: string) => Error;
}

const LABELS: Kind = {
  what: 'label',
  table: 'label',
  fields: ['name', 'color'],
  missing: (id) => new LabelNotFound([id]),
};
const TEMPLATES: Kind = {
  what: 'template',
  table: 'review_template',
  fields: ['name', 'text'],
  missing: (id) => new TemplateNotFound(id),
};

@Injectable()
export class VocabularyService {
  constructor(private readonly db: DataSource) {}

  labels = () => this.all<LabelView>(LABELS);
  createLabel = (label: NewLabel, user: User) => this.create<LabelView>(LABELS, label, user);
  editLabel = (id: string, edit: LabelEdit, user: User, expected: Precondition) =>
    this.edit<LabelView>(LABELS, id, edit, user, expected);
  removeLabel = (id: string, user: User, expected: Precondition) => this.remove(LABELS, id, user, expected);

  templates = () => this.all<TemplateView>(TEMPLATES);
  createTemplate = (template: NewTemplate, user: User) => this.create<TemplateView>(TEMPLATES, template, user);
  editTemplate = (id: string, edit: TemplateEdit, user: User, expected: Precondition) =>
    this.edit<TemplateView>(TEMPLATES, id, edit, user, expected);
  removeTemplate = (id: string, user: User, expected: Precondition) => this.remove(TEMPLATES, id, user, expected);
  template = (id: string, tx: EntityManager = this.db.manager) => one<TemplateView>(tx, TEMPLATES, id);

  private async all<View>(kind: Kind): Promise<View[]> {
    const [name, other] = kind.fields;
    const rows = await this.db.query(`SELECT id, ${name}, ${other} FROM ${kind.table} ORDER BY lower(name)`);
    return rows.map((row: Word) => tagged<View>(kind, row));
  }

  private create<View>(kind: Kind, word: Word, user: User): Promise<View> {
    const id = randomUUID();
    return this.write(kind, word.name, id, user, 'created', async (tx) => {
      const [name, other] = kind.fields;
      await tx.query(`INSERT INTO ${kind.table} (id, ${name}, ${other}, "createdBy") VALUES ($1, $2, $3, $4)`, [
        ...[id, word[name], word[other], user.id],
      ]);
      return one<View>(tx, kind, id);
    });
  }

  private edit<View>(kind: Kind, id: string, edit: Partial<Word>, user: User, expected: Precondition): Promise<View> {
    return this.write(kind, edit.name ?? '', id, user, 'changed', async (tx) => {
      const before = await one<Word>(tx, kind, id, 'FOR UPDATE');
      expected.check(fieldsOf(kind, before));
      const [name, other] = kind.fields;
      const after = { ...before, ...edit };
      await tx.query(`UPDATE ${kind.table} SET ${name} = $2, ${other} = $3 WHERE id = $1`, [
        id,
        after[name],
        after[other],
      ]);
      return one<View>(tx, kind, id);
    });
  }

  private async remove(kind: Kind, id: string, user: User, expected: Precondition): Promise<void> {
    await this.write(kind, '', id, user, 'deleted', async (tx) => {
      expected.check(fieldsOf(kind, await one<Word>(tx, kind, id, 'FOR UPDATE')));
      await tx.query(`DELETE FROM ${kind.table} WHERE id = $1`, [id]);
    });
  }

  /** @throws NameTaken */
  private async write<T>(
    { what }: Kind,
    name: string,
    id: string,
    user: User,
    done: string,
    write: (tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.db.transaction(async (tx) => {
        const written = await write(tx);
        await recordAct(tx, { actorId: user.id, action: `${what}.${done}`, object: { type: what, id } });
        if (what === 'label') await announce(tx, { topic: 'queue.changed', data: { changed: ['labels'] } });
        return written;
      });
    } catch (error) {
      if (isTaken(error)) throw new NameTaken(what, name);
      throw error;
    }
  }
}

async function one<View>(tx: EntityManager, kind: Kind, id: string, lock = ''): Promise<View> {
  const [name, other] = kind.fields;
  const [row] = await tx.query(`SELECT id, ${name}, ${other} FROM ${kind.table} WHERE id = $1 ${lock}`, [id]);
  if (!row) throw kind.missing(id);
  return tagged<View>(kind, row);
}

const fieldsOf = ({ fields: [name, other] }: Kind, word: Word) => ({ [name]: word[name], [other]: word[other] });
// The table says which fields a word of the kind has.
const tagged = <View>(kind: Kind, row: Word): View => ({ ...row, etag: etagOf(fieldsOf(kind, row)) }) as View;

/** Of a unique index. */
export const isTaken = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '23505';
