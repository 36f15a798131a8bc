import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { filesIn, folders, report, rooms } from './sources.ts';

const sources = filesIn(folders, ['.ts', '.tsx', '.mjs']);

test('every file is named for what it holds', () => {
  const vague = /^(utils?|helpers?|common|misc|shared|lib|tools?|types)(\.|-|$)/;
  const findings = sources.filter((file) => file.split('/').some((part) => vague.test(part)));
  assert.equal(report(findings), '');
});

test('every file name is in kebab case', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|d))?\.(tsx?|mjs)$/;
  const findings = sources.filter((file) => !kebab.test(basename(file)));
  assert.equal(report(findings), '');
});

test('only workflows, activities and the kernel have an index', () => {
  const findings = filesIn(rooms, ['index.ts']).filter(
    (file) =>
      basename(file) === 'index.ts' &&
      !/^(workflows|activities|model\/kernel\/assembly)\//.test(file),
  );
  assert.equal(report(findings), '');
});
