/** How does a test look behind the service, and put things in its way? As the owner of the tables, who may do what the service may not. */
import { DataSource } from 'typeorm';
import type { Config } from '../src/config.js';

export const ownerOf = ({ DATABASE_URL }: Pick<Config, 'DATABASE_URL'>): Promise<DataSource> =>
  new DataSource({ type: 'postgres', url: DATABASE_URL, poolSize: 4, poolErrorHandler: () => {} }).initialize();
