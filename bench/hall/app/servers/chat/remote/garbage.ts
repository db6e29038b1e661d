import { Garbage } from '../../../garbage.ts'

export default Garbage
