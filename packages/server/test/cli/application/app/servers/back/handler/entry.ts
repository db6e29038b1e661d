export default class Entry {
  ping(): string {
    return 'pong'
  }
}
