#!/bin/sh
cd "$(dirname "$0")"
(cd game-server && npm install)
(cd web-server && npm install)
