// The entry of the classic script: `<script src="shaddock-client.classic.js">` defines `shaddock`, and
// `pomelo` where no other script did.
import * as shaddock from './browser.ts'

// the page's global object, as nobody declared it
const page = globalThis as { shaddock?: unknown; pomelo?: unknown }
page.shaddock = shaddock
page.pomelo ??= shaddock.pomelo
