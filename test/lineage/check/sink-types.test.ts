/** What the check says of the types a query gives and its sink takes. */
import { describe } from 'node:test';
import { kafka } from './estate-fixture.ts';
import { runTable } from './finding-table.ts';

describe('types of the sink', () => {
  const from = (columns: string): string => `CREATE TABLE f (${columns}) ${kafka('f')};\n`;
  const into = (columns: string): string => `CREATE TABLE s (${columns}) ${kafka('s')};\n`;
  runTable([
    [
      'what fits is no finding',
      `${from('a INT, b VARCHAR(5), d TIMESTAMP(3)')}${into('a BIGINT, b STRING, d TIMESTAMP_LTZ(3)')}INSERT INTO s SELECT a, b, d FROM f`,
      [],
    ],
    [
      'what Flink refuses is an error at its select item',
      `${from('a BIGINT, b STRING')}${into('x INT, y STRING')}INSERT INTO s SELECT a, b FROM f`,
      [['error', 'sink-type', 'a', /a is BIGINT, and column x of s is INT: .* only by a CAST/, /CAST\(… AS INT\)/]],
    ],
    ['unless it is cast', `${from('a BIGINT')}${into('x INT')}INSERT INTO s SELECT CAST(a AS INT) FROM f`, []],
    [
      'a cast to the wrong type is an error as well',
      `${from('a BIGINT')}${into('x INT')}INSERT INTO s SELECT CAST(a AS STRING) AS n FROM f`,
      [['error', 'sink-type', 'CAST(a AS STRING)', /n is STRING, and column x of s is INT/]],
    ],
    [
      'what is cut, rounded or too large warns with what happens',
      `${from('a VARCHAR(200), b DECIMAL(18, 2), d TIMESTAMP(6), e CHAR(8)')}${into('a VARCHAR(20), b DECIMAL(10, 2), d TIMESTAMP(3), e CHAR(8)')}INSERT INTO s SELECT a, b, d, e FROM f`,
      [
        ['warning', 'lossy-type', 'a', /longer than 20 is cut off/],
        ['warning', 'lossy-type', 'b', /too large becomes NULL/],
        ['warning', 'lossy-type', 'd', /3 digits are left/],
      ],
    ],
    [
      'of a string without a length it is only said',
      `${from('a STRING')}${into('a VARCHAR(20)')}INSERT INTO s SELECT a FROM f`,
      [['info', 'lossy-type', 'a', /longer than 20/]],
    ],
    [
      'behind a star the place is the sink',
      `${from('a INT, b BIGINT')}${into('a INT, b INT')}INSERT INTO s SELECT * FROM f`,
      [['error', 'sink-type', 's', /b is BIGINT, and column b of s is INT/]],
    ],
    [
      'columns of a list go where the list says, and virtual ones take nothing',
      `${from('a BIGINT, b STRING')}${into('x INT, o BIGINT METADATA VIRTUAL, y STRING, z BIGINT')}INSERT INTO s (z, y) SELECT a, b FROM f`,
      [],
    ],
    [
      'types go through views, CTEs and joins',
      `${from('a BIGINT, b STRING')}${into('x INT')}CREATE VIEW v AS SELECT a AS q FROM f;\nINSERT INTO s WITH w AS (SELECT q FROM v) SELECT w.q FROM w JOIN f ON w.q = f.a`,
      [['error', 'sink-type', 'w.q', /q is BIGINT/]],
    ],
    [
      'of a union of two types nobody judges',
      `${from('a BIGINT, b INT')}${into('x INT')}INSERT INTO s SELECT b FROM f UNION ALL SELECT a FROM f`,
      [],
    ],
    [
      'NULL for a column that takes none is said with what happens',
      `${from('a INT')}${into('a INT NOT NULL')}INSERT INTO s SELECT a FROM f`,
      [['info', 'null-into-not-null', 'a', /fails at the first NULL/, /not-null-enforcer/]],
    ],
    [
      'not of a key',
      `${from('a INT, PRIMARY KEY (a) NOT ENFORCED')}${into('a INT NOT NULL')}INSERT INTO s SELECT a FROM f`,
      [],
    ],
    [
      'not of what is filtered',
      `${from('a INT')}${into('a INT NOT NULL')}INSERT INTO s SELECT a FROM f WHERE a IS NOT NULL`,
      [],
    ],
    [
      'an explained insert is not judged',
      `${from('a BIGINT')}${into('x INT')}EXPLAIN INSERT INTO s SELECT a FROM f`,
      [],
    ],
  ]);
});
