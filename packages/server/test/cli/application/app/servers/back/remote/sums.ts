export default class Sums {
  add(a: number, b: number): number {
    return a + b
  }
}
