/** "1 unit", "2 units". */
export function count(number: number, one: string): string {
  return `${number} ${number === 1 ? one : `${one}s`}`;
}

/** "1 new lesson or exercise", "2 new lessons or exercises". */
export function newLessonsOrExercises(number: number): string {
  return lessonsOrExercises(number).replace(' ', ' new ');
}

/** "1 lesson or exercise", "2 lessons or exercises". */
export function lessonsOrExercises(number: number): string {
  return number === 1 ? '1 lesson or exercise' : `${number} lessons or exercises`;
}
