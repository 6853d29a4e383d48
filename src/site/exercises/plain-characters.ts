/** Which of the characters that keyboards put in by themselves stand for which plain ones. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u02bc]/g, "'"],
  [/[\u201c-\u201f\u2033]/g, '"'],
  [/\u2014/g, '--'],
  [/[\u2010-\u2013\u2212]/g, '-'],
  [/\u2026/g, '...'],
  [/\u3000/g, ' '],
  // Soft hyphens, places to break a line, marks of direction: nobody sees or types them.
  [/[\u00ad\u200b\u200e\u200f\u2060\ufeff]/g, ''],
];

/** What is as wide as an ideograph is that far from its narrow form. */
const WIDE = /[\uff01-\uff5e]/g;
const WIDER_BY = 0xfee0;

/**
 * What somebody wrote, in the characters of a plain keyboard: phones make quotes curly and two hyphens
 * a dash, other keyboards write wide letters and digits, and what is copied brings characters along
 * that nobody sees. No answer is wrong for that.
 */
export function inPlainCharacters(written: string): string {
  const narrow = written.replace(WIDE, (wide) =>
    String.fromCharCode(wide.charCodeAt(0) - WIDER_BY),
  );
  return PLAIN.reduce((text, [special, plain]) => text.replace(special, plain), narrow);
}
