"""The command room's pages: a shell without data, which the browser fills over the public API.

Owns: the table of pages, their templates, words and modules (routes/pages, routes/words, routes/static), and the
cookie that keeps a browser signed in.
Refuses: to read or write anything of the station itself; a page knows what any other client of /v1 may know.

Remember:
1. No personal data stands in a page: it is the same for everybody, and asks the API after signing in.
2. The access token lives in the page's memory only; the refresh token in a cookie that no script can read and that
   goes to /cockpit/session alone.
3. Everything a page loads comes from this server, under an address that changes with the content.
"""
