@echo off
cd game-server && npm install && cd ..
cd web-server && npm install && cd ..
