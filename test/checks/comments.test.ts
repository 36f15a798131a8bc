import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { filesIn, report, rooms, textOf } from './sources.ts';

/** Names what a statement exports by declaring it; a list of re-exports declares nothing. */
function exportedNames(statement: ts.Statement): string[] {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return named && statement.name !== undefined ? [statement.name.text] : [];
}

/** Tells whether a comment that opens a statement is TSDoc with a sentence in it. */
function hasSentence(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).some((doc) => {
    const text = ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? '') : '';
    return /^[`A-Z0-9"'].*[.:)]/s.test(text.trim());
  });
}

function undocumentedIn(file: string): string[] {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2023, true);
  // Overloads and a type beside a value of the same name are documented once.
  const documented = new Set<string>();
  const missing = new Map<string, number>();
  for (const statement of source.statements) {
    const line = source.getLineAndCharacterOfPosition(statement.getStart()).line + 1;
    for (const name of exportedNames(statement)) {
      if (hasSentence(statement)) documented.add(name);
      else missing.set(name, line);
    }
  }
  return [...missing]
    .filter(([name]) => !documented.has(name))
    .map(([name, line]) => `${file}:${line}: ${name} is exported without a TSDoc sentence`);
}

test('every exported name of the rooms says what it is', () => {
  const files = filesIn(rooms, ['.ts']).filter(
    (file) => !file.startsWith('model/kernel/assembly/'),
  );
  assert.ok(files.length > rooms.length);
  assert.equal(report(files.flatMap(undocumentedIn)), '');
});
