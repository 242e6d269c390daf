"""Chat templates in the styles of common models, written for these tests, and templates that no model needs."""

from __future__ import annotations

ATTACKS = (
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ ''['\\137\\137class\\137\\137'] }}",
    "{{ ''['\\u005f_class__'] }}",
    "{{ ''['\\N{LOW LINE}_class__'] }}",
    "{{ ''['__cla' 'ss__'] }}",
    "{{ ''['__cla'~'ss__'] }}",
    "{{ ''['cla'+'ss'] }}",
    "{{ ''[['_','_','class','_','_']|join] }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''|attr('x') }}",
    "{{ [x]|map('attr','__class__')|list }}",
    "{{ [x]|map(attribute='__class__')|list }}",
    "{{ [x]|map(attribute='a.__class__')|list }}",
    "{{ [x]|selectattr('__class__')|list }}",
    "{{ [x]|groupby('__class__') }}",
    "{{ [x]|sort(attribute='__class__') }}",
    "{{ [x]|sum('__class__') }}",
    "{{ [x]|map('map', attribute='__class__')|list }}",
    "{{ [x]|map(attribute=y)|list }}",
    "{{ [x]|map(y)|list }}",
    "{% set a = '__class__' %}{{ x[a] }}",
    "{% set a = 'class' %}{% set b = '_'*2 %}{{ x[b ~ a ~ b] }}",
    "{% for k in ['__class__'] %}{{ x[k] }}{% endfor %}",
    "{% macro m(k) %}{{ x[k] }}{% endmacro %}{{ m('a'~'b') }}",
    "{% macro m(k) %}{{ x[k] }}{% endmacro %}{{ m(k='a'~'b') }}",
    "{% macro m() %}{{ x[varargs[0]] }}{% endmacro %}{{ m('a'~'b') }}",
    "{% macro m() %}{{ x[kwargs['k']] }}{% endmacro %}{{ m(k='a'~'b') }}",
    "{% set ns = namespace(a='') %}{% set ns.a = 'x'~'y' %}{{ x[ns.a] }}",
    "{% set ns = namespace(a='x'~'y') %}{{ x[ns.a] }}",
    "{% set ns = namespace() %}{% set n2 = ns %}{% set n2.a = 'x'~'y' %}{{ x[ns.a] }}",
    "{% set l = [] %}{% set _ = l.append('a'~'b') %}{{ x[l[0]] }}",
    "{% set l = [] %}{% set m = l %}{% set _ = m.append('a'~'b') %}{{ x[l[0]] }}",
    "{% set l = ['a'~'b'] %}{{ x[l[0]] }}",
    "{% set d = {'k':'a'~'b'} %}{{ x[d.k] }}",
    "{% set d = {'k':'a'~'b'} %}{{ x[d.get('k')] }}",
    "{% set d = {'k':'a'~'b'} %}{% for k,v in d.items() %}{{ x[v] }}{% endfor %}",
    "{% set s %}__class__{% endset %}{{ x[s] }}",
    "{{ x['ssalc'|reverse] }}",
    "{{ x['CLASS'|lower] }}",
    "{{ x['classX'[:-1]] }}",
    "{{ x['a_b'.split('a')[1]] }}",
    "{{ x['xgi_framex'.strip('x')] }}",
    "{{ x['%s'|format('a')] }}",
    "{{ x['%s' % 'a'] }}",
    "{{ x['{}'.format('a')] }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ ('{0.' ~ 'a}').format(x) }}",
    "{{ '{0.a}'.format(x) }}",
    "{{ y.format(x) }}",
    "{{ '{}'.format_map(x) }}",
    "{{ x[eos_token] }}",
    "{{ x[bos_token ~ 'a'] }}",
    "{{ x[strftime_now('a')] }}",
    "{{ x[x|string] }}",
    "{{ x[x|tojson] }}",
    "{{ x[1:][0:1] }}{{ x[a if b else 'c'~'d'] }}",
    "{{ x[a or 'c'~'d'] }}",
    "{{ x[(a, 'c'~'d')|last] }}",
    "{{ x[['a'~'b']|first] }}",
    "{{ x[y|default('a'~'b')] }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler('a','b') }}",
    "{{ joiner() }}",
    "{{ lipsum() }}",
    "{{ lipsum.__globals__ }}",
    "{{ config.items() }}",
    "{{ request.application }}",
    "{{ url_for.__globals__ }}",
    "{{ get_flashed_messages() }}",
    "{% import 'os' as os %}",
    "{% from 'x' import y %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{{ open('/etc/passwd').read() }}",
    "{{ __import__('os').system('id') }}",
    "{{ eval('1') }}",
    "{{ exec('1') }}",
    "{{ messages.system('id') }}",
    "{% set f = messages.append %}{{ f(1) }}",
    "{% set range = x.y %}{{ range(1) }}",
    "{% macro m(f) %}{{ f('x') }}{% endmacro %}{{ m(x.y) }}",
    "{{ (x.y)('a') }}",
    "{{ x['y']('a') }}",
    "{{ x()() }}",
    "{{ (x|map('upper')).gi_frame.f_builtins }}",
    "{{ x.mro() }}",
    "{{ x.f_globals }}",
    "{{ x['gi_frame'] }}",
    "{{ x|pprint }}",
    "{{ x|unknown }}",
    "{{ x is unknown }}",
    "{{ x|select('unknown')|list }}",
    "{{ x|map(**{'attribute':'__class__'})|list }}",
    "{{ x|map(*['attr','__class__'])|list }}",
    (
        "{% macro a() %}{% for i in range(1000) %}{{ b() }}{% endfor %}{% endmacro %}{% macro b() %"
        "}{% for i in range(1000) %}{{ c() }}{% endfor %}{% endmacro %}{% macro c() %}{% for i in r"
        "ange(1000) %}x{% endfor %}{% endmacro %}{{ a() }}"
    ),
    "{% macro __init__() %}{% endmacro %}",
    "{{ namespace(__class__=1) }}",
    "{% set ns = namespace() %}{% set ns.__class__ = x %}",
    "{% set __class__ = 1 %}",
    "{{ __builtins__ }}",
    "{{ _foo }}",
    "{{ loop._iterator }}",
    "{{ x.__class__.__mro__[1].__subclasses__()[132]('id',shell=True) }}",
    "{% for c in ().__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
    "{% if ''.__class__ %}{% endif %}",
    "{% with a = ''.__class__ %}{{ a }}{% endwith %}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{% call m() %}{{ ''.__class__ }}{% endcall %}",
    "{% set x | attr('__class__') %}{% endset %}",
    "{% raw %}{% endraw %}{{ ''.__class__ }}",
    "{# #}{{ ''.__class__ }}",
    "{{ {'a': ''.__class__} }}",
    "{{ x is sameas ''.__class__ }}",
    "{{ x[''.__class__] }}",
    "{{ x[:''.__class__] }}",
    "{{ '\uff3f'|upper }}{{ x['\uff3f\uff3fclass\uff3f\uff3f'] }}",
    "{% print ''.__class__ %}",
    "{% do ''.__class__ %}",
    "{% debug %}",
    "{{ dict.mro() }}",
    "{{ x.items.__self__ }}",
    "{{ x|map('format', 1)|list }}",
    "{{ x.encode('utf7').decode('x') }}",
    "{{ x|xmlattr }}",
    "{{ super() }}",
)
"""Each of these reaches for something that a template does not need."""
COSTLY = (
    "{{ range(10**9) }}",
    "{{ range(1000000000) }}",
    "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [0] * 100000000 }}",
    "{{ 9**9**9 }}",
    "{{ x ** y }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{% set ns = namespace(s='x') %}{% for i in range(1000) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    (
        "{% set ns = namespace(s='x',t='') %}{% for i in messages %}{% set ns.t = ns.s ~ ns.s %}{% "
        "set ns.s = ns.t %}{% endfor %}"
    ),
    "{% set ns = namespace(s='x') %}{% for i in messages %}{% set t = ns.s ~ ns.s %}{% set ns.s = t %}{% endfor %}",
    "{% set a='x'*1000 %}{% set b=a*1000 %}{% set c=b*1000 %}",
    "{% set a='x'*1000 %}{% set a=a~a %}{% set a=a*1000 %}{% set a = a*100 %}",
    "{% macro a() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
    "{% macro a(n) %}{{ a(n-1) }}{{ a(n-1) }}{% endmacro %}{{ a(50) }}",
    "{% macro a(m, n) %}{{ a(m, n-1) }}{{ a(m, n-1) }}{% endmacro %}{{ a(messages, 50) }}",
    "{{ 'x'.replace('', 'y'*100000).replace('','y'*100000) }}",
    "{{ 'x'|replace('x','y'*100000)|replace('y','y'*100000) }}",
    "{% macro m(n) %}{% for i in range(n) %}x{% endfor %}{% endmacro %}{{ m(10**9) }}",
    "{% macro m(n) %}{{ k(n) }}{% endmacro %}{% macro k(n) %}{{ 'x' * n }}{% endmacro %}{{ m(1000000000) }}",
    "{% set s = 'x'*1000000 %}{% for a in s %}{% for b in s %}x{% endfor %}{% endfor %}",
    "{{ range([1000000000][0]) }}",
    "{{ range({'a': 1000000000}.a) }}",
    "{{ 'x' * ('y'*100000)|length * 1000 }}",
    "{{ 'a'|indent(width=1000000000) }}",
    "{{ x|map('center', 1000000000)|list }}",
    "{% set ns = namespace(n=1000000000) %}{{ range(ns.n) }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{{ loop([1]) }}{% endfor %}",
    "{% for x in messages recursive %}{{ loop(messages|list) }}{% endfor %}",
    (
        "{% for a in b %}{% for a in b %}{% for a in b %}{% for a in b %}{% for a in b %}{% for a i"
        "n b %}{% for a in b %}{% for a in b %}{% for a in b %}{% endfor %}{% endfor %}{% endfor %}"
        "{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
    ),
)
"""Each of these asks for far more time or memory than its own size."""
CHAT = {
    "chatml": (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message"
        "['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ "
        "'<|im_start|>assistant\\n' }}{% endif %}"
    ),
    "llama-2": (
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{%"
        " set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = "
        "messages %}{% set system_message = false %}{% endif %}{% for message in loop_mes"
        "sages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_e"
        "xception('Roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\\\"
        "n' + system_message + '\\\\n<</SYS>>\\\\n\\\\n' + message['content'] %}{% else %}{% se"
        "t content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{"
        " bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] "
        "== 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% end"
        "for %}"
    ),
    "llama-3": (
        "{% set loop_messages = messages %}{% for message in loop_messages %}{% set conte"
        "nt = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message["
        "'content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos"
        "_token + content %}{% endif %}{{ content }}{% endfor %}{{ '<|start_header_id|>as"
        "sistant<|end_header_id|>\\n\\n' }}"
    ),
    "llama-3.1": (
        "{{- bos_token }}\n{%- if custom_tools is defined %}\n    {%- set tools = custom_to"
        "ols %}\n{%- endif %}\n{%- if not date_string is defined %}\n    {%- set date_string"
        ' = strftime_now("%d %b %Y") %}\n{%- endif %}\n{%- if not tools is defined %}\n    {'
        "%- set tools = none %}\n{%- endif %}\n{%- if messages[0]['role'] == 'system' %}\n  "
        "  {%- set system_message = messages[0]['content']|trim %}\n    {%- set messages ="
        ' messages[1:] %}\n{%- else %}\n    {%- set system_message = "" %}\n{%- endif %}\n{{-'
        ' "<|start_header_id|>system<|end_header_id|>\\n\\n" }}\n{%- if builtin_tools is def'
        "ined %}\n    {{- \"Tools: \" + builtin_tools | reject('equalto', 'code_interpreter'"
        ') | join(", ") + "\\n\\n"}}\n{%- endif %}\n{%- for t in tools or [] %}\n    {{- t | t'
        "ojson(indent=4) }}\n{%- endfor %}\n{%- for message in messages %}\n    {%- if not ("
        "message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) "
        "%}\n        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'"
        "+ message['content'] | trim + '<|eot_id|>' }}\n    {%- elif 'tool_calls' in messa"
        "ge %}\n        {%- if not message.tool_calls|length == 1 %}\n            {{- raise"
        '_exception("This model only supports single tool-calls at once!") }}\n        {%-'
        " endif %}\n        {%- set tool_call = message.tool_calls[0].function %}\n        "
        "{%- if builtin_tools is defined and tool_call.name in builtin_tools %}\n         "
        '   {{- "<|python_tag|>" + tool_call.name + ".call(" }}\n            {%- for arg_n'
        "ame, arg_val in tool_call.arguments | items %}\n                {{- arg_name + '="
        '"\' + arg_val + \'"\' }}\n                {%- if not loop.last %}{{- ", " }}{%- endi'
        'f %}\n            {%- endfor %}\n            {{- ")" }}\n        {%- else  %}\n     '
        "       {{- '{\"name\": \"' + tool_call.name + '\", ' }}{{- '\"parameters\": ' }}{{- to"
        'ol_call.arguments | tojson }}{{- "}" }}\n        {%- endif %}\n    {%- elif messag'
        'e.role == "tool" or message.role == "ipython" %}\n        {%- if message.content '
        "is mapping or message.content is iterable %}\n            {{- message.content | t"
        'ojson }}\n        {%- else %}{{- message.content }}{%- endif %}\n        {{- "<|eo'
        't_id|>" }}\n    {%- endif %}\n{%- endfor %}'
    ),
    "llama-4": (
        "{%- if messages[0]['role'] == 'system' %}{%- if messages[0]['content'] is string"
        " %}{%- set system_message = messages[0]['content']|trim %}{%- else %}{%- set sys"
        "tem_message = messages[0]['content'][0]['text']|trim %}{%- endif %}{%- endif %}\n"
        "{%- for message in messages %}\n    {{- '<|header_start|>' + message['role'] + '<"
        "|header_end|>\\n\\n' }}\n    {%- if message['content'] is string %}{{- message['con"
        "tent'] }}\n    {%- else %}\n        {%- for content in message['content'] %}\n     "
        "       {%- if content['type'] == 'image' %}{{- '<|image|>' }}{%- elif content['t"
        "ype'] == 'text' %}{{- content['text'] | trim }}{%- endif %}\n        {%- endfor %"
        "}\n    {%- endif %}\n    {%- if message.tool_calls is defined and message.tool_cal"
        'ls|length > 0 %}\n        {%- for tool_call in message.tool_calls %}{{- \'{"name":'
        ' "\' + tool_call.function.name + \'", "parameters": \' + (tool_call.function.argume'
        "nts | tojson) + '}' }}{%- endfor %}\n    {%- endif %}\n    {{- \"<|eot|>\" }}\n{%- en"
        "dfor %}"
    ),
    "llama-3.2-vision": (
        "{%- set image_ns = namespace(has_images=false) %}{%- for message in messages %}{"
        "%- for content in message['content'] %}{%- if content['type'] == 'image' %}{%- s"
        "et image_ns.has_images = true %}{%- endif %}{%- endfor %}{%- endfor %}{%- if ima"
        'ge_ns.has_images and not system_message == "" %}{{- raise_exception("no system m'
        'essage with images") }}{%- endif %}'
    ),
    "mistral": (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') !="
        " (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate'"
        ") }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content"
        "'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content']"
        " + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are su"
        "pported!') }}{% endif %}{% endfor %}"
    ),
    "mixtral-tools": (
        '{%- set user_messages = messages | selectattr("role", "equalto", "user") | list '
        "%}\n{%- set ns = namespace(index=0) %}\n{{- bos_token }}\n{%- for message in messag"
        'es %}\n    {%- if message["role"] == "user" %}\n        {%- if tools is not none a'
        'nd (message == user_messages[-1]) %}\n            {{- "[AVAILABLE_TOOLS] [" }}\n  '
        "          {%- for tool in tools %}\n                {%- set tool = tool.function "
        '%}\n                {{- \'{"type": "function", "function": {\' }}\n                {'
        '%- for key, val in tool.items() if key != "return" %}\n                    {%- if'
        " val is string %}{{- '\"' + key + '\": \"' + val + '\"' }}{%- else %}{{- '\"' + key +"
        " '\": ' + val|tojson }}{%- endif %}\n                    {%- if not loop.last %}{{"
        '- ", " }}{%- endif %}\n                {%- endfor %}\n                {{- "}}" }}\n'
        '            {%- endfor %}\n            {{- "[/AVAILABLE_TOOLS]" }}\n        {%- en'
        'dif %}\n        {{- "[INST] " + message["content"] + "[/INST]" }}\n    {%- elif me'
        "ssage.tool_calls is defined and message.tool_calls is not none %}\n        {%- fo"
        "r tool_call in message.tool_calls %}\n            {%- set out = tool_call.functio"
        "n|tojson %}{{- out[:-1] }}\n            {%- if not tool_call.id is defined or too"
        'l_call.id|length != 9 %}{{- raise_exception("Tool call IDs should be alphanumeri'
        'c strings with length 9!") }}{%- endif %}\n            {{- \', "id": "\' + tool_cal'
        "l.id + '\"}' }}\n        {%- endfor %}\n    {%- endif %}\n    {%- set ns.index = ns."
        "index + 1 %}\n{%- endfor %}"
    ),
    "mistral-small": (
        '{%- set today = strftime_now("%Y-%m-%d") %}{%- set default_system_message = "You'
        ' are Mistral.\\n\\nToday is " + today + "." %}{%- if messages[0]["role"] == "syste'
        'm" %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set system_message = '
        "default_system_message %}{%- set loop_messages = messages %}{%- endif %}{%- for "
        "message in loop_messages %}{%- if message['role'] == 'user' %}{%- if message['co"
        "ntent'] is string %}{{- '[INST]' + message['content'] + '[/INST]' }}{%- else %}{"
        "{- '[INST]' }}{%- for block in message['content'] %}{%- if block['type'] in ['im"
        "age', 'image_url'] %}{{- '[IMG]' }}{%- else %}{{- block['text'] }}{%- endif %}{%"
        "- endfor %}{{- '[/INST]' }}{%- endif %}{%- endif %}{%- endfor %}"
    ),
    "qwen2.5": (
        "{%- if tools %}\n    {{- '<|im_start|>system\\n' }}\n    {%- for tool in tools %}{{"
        '- "\\n" }}{{- tool | tojson }}{%- endfor %}\n    {{- "\\n</tools>\\n\\n<tool_call>\\n{'
        '\\"name\\": <function-name>, \\"arguments\\": <args-json-object>}\\n</tool_call><|im_'
        'end|>\\n" }}\n{%- endif %}\n{%- for message in messages %}\n    {%- if (message.role'
        ' == "user") or (message.role == "system" and not loop.first) or (message.role =='
        " \"assistant\" and not message.tool_calls) %}\n        {{- '<|im_start|>' + message"
        ".role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n    {%- elif message.rol"
        'e == "tool" %}\n        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].r'
        "ole != \"tool\") %}{{- '<|im_start|>user' }}{%- endif %}\n        {{- '\\n<tool_resp"
        "onse>\\n' }}{{- message.content }}{{- '\\n</tool_response>' }}\n        {%- if loop"
        ".last or (messages[loop.index0 + 1].role != \"tool\") %}{{- '<|im_end|>\\n' }}{%- e"
        "ndif %}\n    {%- endif %}\n{%- endfor %}"
    ),
    "qwen3": (
        "{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - "
        "1) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length "
        '- 1) - loop.index0 %}\n    {%- if ns.multi_step_tool and message.role == "user" a'
        "nd message.content is string and not(message.content.startswith('<tool_response>"
        "') and message.content.endswith('</tool_response>')) %}\n        {%- set ns.multi"
        "_step_tool = false %}{%- set ns.last_query_index = index %}\n    {%- endif %}\n{%-"
        " endfor %}\n{%- for message in messages %}\n    {%- if message.content is string %"
        "}{%- set content = message.content %}{%- else %}{%- set content = '' %}{%- endif"
        " %}\n    {%- set reasoning_content = '' %}\n    {%- if message.reasoning_content i"
        "s string %}{%- set reasoning_content = message.reasoning_content %}\n    {%- elif"
        " '</think>' in content %}\n        {%- set reasoning_content = content.split('</t"
        "hink>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\n        {%- set con"
        "tent = content.split('</think>')[-1].lstrip('\\n') %}\n    {%- endif %}\n    {%- if"
        " loop.index0 > ns.last_query_index and (loop.last or (not loop.last and reasonin"
        "g_content)) %}\n        {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reaso"
        "ning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}\n    {%- en"
        "dif %}\n    {%- if message.tool_calls %}\n        {%- for tool_call in message.too"
        "l_calls %}\n            {%- if tool_call.function %}{%- set tool_call = tool_call"
        ".function %}{%- endif %}\n            {%- if tool_call.arguments is string %}{{- "
        "tool_call.arguments }}{%- else %}{{- tool_call.arguments | tojson }}{%- endif %}"
        "\n        {%- endfor %}\n    {%- endif %}\n{%- endfor %}\n{%- if enable_thinking is "
        "defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif"
        " %}"
    ),
    "qwen3-coder": (
        "{% macro render_extra_keys(json_dict, handled_keys) %}{%- if json_dict is mappin"
        "g %}{%- for json_key in json_dict if json_key not in handled_keys %}{%- if json_"
        "dict[json_key] is mapping or (json_dict[json_key] is sequence and json_dict[json"
        "_key] is not string) %}{{- '\\n<' ~ json_key ~ '>' ~ (json_dict[json_key] | tojso"
        "n | safe) ~ '</' ~ json_key ~ '>' }}{%- else %}{{- '\\n<' ~ json_key ~ '>' ~ (jso"
        "n_dict[json_key] | string) ~ '</' ~ json_key ~ '>' }}{%- endif %}{%- endfor %}{%"
        "- endif %}{% endmacro %}{%- for tool in tools %}{{- render_extra_keys(tool.funct"
        "ion, ['type', 'name', 'parameters']) }}{%- endfor %}"
    ),
    "gemma-2": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('Syste"
        "m role not supported') }}{% endif %}{% for message in messages %}{% if (message["
        "'role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation "
        "roles must alternate') }}{% endif %}{% if (message['role'] == 'assistant') %}{% "
        "set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<s"
        "tart_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{"
        "% endfor %}"
    ),
    "gemma-3": (
        "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- if messages[0]['con"
        "tent'] is string -%}{%- set first_user_prefix = messages[0]['content'] + '\\n\\n' "
        "-%}{%- else -%}{%- set first_user_prefix = messages[0]['content'][0]['text'] + '"
        "\\n\\n' -%}{%- endif -%}{%- set loop_messages = messages[1:] -%}{%- else -%}{%- se"
        't first_user_prefix = "" -%}{%- set loop_messages = messages -%}{%- endif -%}{%-'
        " for message in loop_messages -%}{{ '<start_of_turn>' + message['role'] + '\\n' +"
        " (first_user_prefix if loop.first else \"\") }}{%- if message['content'] is iterab"
        "le -%}{%- for item in message['content'] -%}{%- if item['type'] == 'image' -%}{{"
        " '<start_of_image>' }}{%- elif item['type'] == 'text' -%}{{ item['text'] | trim "
        '}}{%- endif -%}{%- endfor -%}{%- else -%}{{ raise_exception("Invalid content typ'
        'e") }}{%- endif -%}{%- endfor -%}'
    ),
    "phi-3": (
        "{% for message in messages %}{% if message['role'] == 'system' and message['cont"
        "ent'] %}{{'<|system|>\\n' + message['content'] + '<|end|>\\n'}}{% elif message['ro"
        "le'] == 'user' %}{{'<|user|>\\n' + message['content'] + '<|end|>\\n'}}{% endif %}{"
        "% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos"
        "_token }}{% endif %}"
    ),
    "phi-4-mini": (
        "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in me"
        "ssage and message['tools'] is not none %}{{ '<|' + message['role'] + '|>' + mess"
        "age['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}{% el"
        "se %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endi"
        "f %}{% endfor %}"
    ),
    "deepseek-v2": (
        "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = fals"
        "e %}{% endif %}{{ bos_token }}{% for message in messages %}{% if message['role']"
        " == 'user' %}{{ 'User: ' + message['content'] + '\\n\\n' }}{% elif message['role']"
        " == 'assistant' %}{{ 'Assistant: ' + message['content'] + eos_token }}{% endif %"
        "}{% endfor %}"
    ),
    "deepseek-r1": (
        "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = fals"
        "e %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, is_output_fi"
        "rst=true, system_prompt='') %}{%- for message in messages %}{%- if message['role"
        "'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- "
        "endfor %}{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if m"
        "essage['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<|User|>' + message["
        "'content']}}{%- endif %}{%- if message['role'] == 'assistant' and message['conte"
        "nt'] is none %}{%- set ns.is_tool = false -%}{%- for tool in message['tool_calls"
        "']%}{%- if not ns.is_first %}{{'<|tool▁call▁begin|>' + tool['type'] + '<|tool▁se"
        "p|>' + tool['function']['name'] + '\\n' + '```json' + '\\n' + tool['function']['ar"
        "guments'] + '\\n' + '```'}}{%- set ns.is_first = true -%}{%- endif %}{%- endfor %"
        "}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is not"
        " none %}{% set content = message['content'] %}{% if '</think>' in content %}{% s"
        "et content = content.split('</think>')[-1] %}{% endif %}{{'<|Assistant|>' + cont"
        "ent + '<|end▁of▁sentence|>'}}{%- endif %}{%- endfor -%}"
    ),
    "deepseek-v3": (
        "{%- set ns = namespace(is_first_sp=true, system_prompt='', thinking=false) -%}{%"
        "- for message in messages -%}{%- if message['role'] == 'system' -%}{%- if ns.is_"
        "first_sp -%}{%- set ns.system_prompt = ns.system_prompt + message['content'] -%}"
        "{%- set ns.is_first_sp = false -%}{%- else -%}{%- set ns.system_prompt = ns.syst"
        "em_prompt + '\\n\\n' + message['content'] -%}{%- endif -%}{%- endif -%}{%- endfor "
        "-%}{{ bos_token }}{{ ns.system_prompt }}"
    ),
    "command-r": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = me"
        "ssages[1:] %}{% set system_message = messages[0]['content'] %}{% elif false == t"
        "rue %}{% set loop_messages = messages %}{% set system_message = 'You are Command"
        "-R.' %}{% else %}{% set loop_messages = messages %}{% set system_message = false"
        " %}{% endif %}{% for message in loop_messages %}{% set content = message['conten"
        "t'] %}{% if message['role'] == 'user' %}{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|"
        ">' + content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% endfor %}"
    ),
    "command-r-tools": (
        '{%- macro json_to_python_type(json_spec) %}\n{%- set basic_type_map = {"string": '
        '"str", "number": "float", "integer": "int", "boolean": "bool"} %}\n{%- if basic_t'
        "ype_map[json_spec.type] is defined %}{{- basic_type_map[json_spec.type] }}\n{%- e"
        'lif json_spec.type == "array" %}{{- "List[" +  json_to_python_type(json_spec.ite'
        'ms) + "]"}}\n{%- elif json_spec.type is iterable %}{{- "Union[" }}{%- for t in js'
        'on_spec.type %}{{- json_to_python_type({"type": t}) }}{%- if not loop.last %}{{-'
        ' "," }}{%- endif %}{%- endfor %}{{- "]" }}\n{%- else %}{{- "Any" }}{%- endif %}\n{'
        "%- endmacro %}\n{% for tool in tools %}{{ 'def ' + tool.name + '(' }}{% for name,"
        " fields in tool.parameters.properties.items() %}{{ name + ': ' + json_to_python_"
        "type(fields) }}{% if not loop.last %}{{ ', ' }}{% endif %}{% endfor %}{{ ')' }}{"
        "% endfor %}\n{% for document in documents %}{{ '\\nDocument: ' }}{{ loop.index0 }}"
        "{% for key, value in document.items() %}{{ '\\n' + key + ': ' + value }}{% endfor"
        " %}{% endfor %}"
    ),
    "zephyr": (
        "{% for message in messages %}\\n{% if message['role'] == 'user' %}\\n{{ '<|user|>\\"
        "n' + message['content'] + eos_token }}\\n{% elif message['role'] == 'system' %}\\n"
        "{{ '<|system|>\\n' + message['content'] + eos_token }}\\n{% endif %}\\n{% if loop.l"
        "ast and add_generation_prompt %}\\n{{ '<|assistant|>' }}\\n{% endif %}\\n{% endfor "
        "%}"
    ),
    "falcon": (
        "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}{% if m"
        "essage['role'] == 'system' %}{{ 'System: ' }}{% elif message['role'] == 'user' %"
        "}{{ 'User: ' }}{% else %}{{ 'Falcon: ' }}{% endif %}{{ message['content'] }}{% e"
        "ndfor %}"
    ),
    "granite": (
        "{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['c"
        "ontent'] %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set system_mess"
        "age = \"Knowledge Cutoff Date: April 2024.\\nToday's Date: \" + strftime_now('%B %d"
        ', %Y\') + ".\\nYou are Granite." %}{%- if tools and documents %}{%- set system_mes'
        'sage = system_message + " You are helpful." %}{%- endif %}{%- set loop_messages '
        "= messages %}{%- endif %}{{- '<|start_of_role|>system<|end_of_role|>' + system_m"
        "essage + '<|end_of_text|>\\n' }}{%- if tools %}{{- tools | tojson(indent=4) }}{%-"
        " endif %}{%- for document in documents or [] %}{{- 'Document ' + (document['doc_"
        "id'] | string) + '\\n' + document['text'] }}{%- endfor %}{%- if add_generation_pr"
        "ompt and controls %}{{- ' ' + controls | tojson }}{%- endif %}"
    ),
    "smollm": (
        "{%- if enable_thinking is not defined -%}{%- set enable_thinking = true -%}{%- e"
        'ndif -%}{%- set reasoning_mode = "/think" if enable_thinking else "/no_think" -%'
        '}{%- if messages[0].role == "system" -%}{%- set system_message = messages[0].con'
        'tent -%}{%- if "/no_think" in system_message -%}{%- set reasoning_mode = "/no_th'
        'ink" -%}{%- endif -%}{%- set custom_instructions = system_message.replace("/no_t'
        'hink", "").replace("/think", "").rstrip() -%}{%- endif -%}{{- "Today: " ~ strfti'
        'me_now("%d %B %Y") ~ "\\n" -}}{%- for message in messages -%}{% generation %}{{- '
        'message.content.lstrip("\\n") if message.content is string else "" -}}{% endgener'
        "ation %}{%- endfor -%}"
    ),
    "gpt-oss": (
        "{%- macro render_typescript_type(param_spec, required_params, is_nullable=false)"
        " -%}\n    {%- if param_spec.type == \"array\" -%}\n        {%- if param_spec['items'"
        "] -%}{%- if param_spec['items']['type'] == \"string\" -%}{{- \"string[]\" }}{%- else"
        " -%}{%- set inner_type = render_typescript_type(param_spec['items'], required_pa"
        'rams) -%}{%- if inner_type == "object | object" or inner_type|length > 50 -%}{{-'
        ' "any[]" }}{%- else -%}{{- inner_type + "[]" }}{%- endif -%}{%- endif -%}{%- end'
        "if -%}\n    {%- elif param_spec.type is defined and param_spec.type is iterable a"
        "nd param_spec.type is not string and param_spec.type is not mapping and param_sp"
        'ec.type[0] is defined -%}\n        {{- param_spec.type | join(" | ") }}\n    {%- e'
        "lif param_spec.oneOf -%}\n        {%- for variant in param_spec.oneOf -%}{{- rend"
        'er_typescript_type(variant, required_params) -}}{%- if not loop.last %}{{- " | "'
        " }}{% endif -%}{%- endfor -%}\n    {%- elif param_spec.enum -%}{{- '\"' + param_sp"
        'ec.enum|join(\'" | "\') + \'"\' -}}\n    {%- else -%}{{- "any" }}{%- endif -%}\n{%- en'
        'dmacro -%}\n{%- macro render_tool_namespace(namespace_name, tools) -%}\n    {{- "#'
        '# " + namespace_name + "\\n\\nnamespace " + namespace_name + " {\\n\\n" }}\n    {%- f'
        'or tool in tools %}{%- set tool = tool.function %}{{- "// " + tool.description +'
        ' "\\n" }}{%- for param_name, param_spec in tool.parameters.properties.items() %}{'
        "{- param_name }}{%- if param_name not in (tool.parameters.required or []) %}{{- "
        '"?" }}{%- endif %}{{- ": " + render_typescript_type(param_spec, tool.parameters.'
        'required or []) }}{%- endfor %}{%- endfor %}\n    {{- "} // namespace " + namespa'
        'ce_name }}\n{%- endmacro -%}\n{%- if messages[0].role in ("developer", "system") %'
        "}{%- set developer_message = messages[0].content %}{%- set loop_messages = messa"
        "ges[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}\n{%- if tool"
        's -%}{{- render_tool_namespace("functions", tools) }}{%- endif -%}\n{%- set last_'
        "tool_call = namespace(name=none) %}\n{%- for message in loop_messages -%}\n    {%-"
        " if message.role == 'assistant' -%}\n        {%- if \"content\" in message %}{%- if"
        ' "<|channel|>analysis<|message|>" in message.content %}{{- raise_exception("wron'
        'g field") }}{%- endif %}{%- endif %}\n        {%- if "tool_calls" in message %}\n '
        "           {%- set future_final_message = namespace(found=false) %}\n            "
        "{%- for future_message in loop_messages[loop.index:] %}{%- if future_message.rol"
        "e == 'assistant' and \"tool_calls\" not in future_message %}{%- set future_final_m"
        "essage.found = true %}{%- endif %}{%- endfor %}\n            {%- set tool_call = "
        "message.tool_calls[0] %}{%- if tool_call.function %}{%- set tool_call = tool_cal"
        'l.function %}{%- endif %}\n            {{- "<|start|>assistant to=" }}{{- "functi'
        'ons." + tool_call.name + "<|channel|>commentary " }}{{- (tool_call.content_type '
        'if tool_call.content_type else "json") + "<|message|>" }}\n            {{- tool_c'
        "all.arguments|tojson }}{%- set last_tool_call.name = tool_call.name %}\n        {"
        "%- elif loop.last and not add_generation_prompt %}{{- message.content }}{%- else"
        " %}{%- set last_tool_call.name = none %}{%- endif %}\n    {%- elif message.role ="
        "= 'tool' -%}{%- if last_tool_call.name is none %}{{- raise_exception(\"no call\") "
        '}}{%- endif %}{{- "<|start|>functions." + last_tool_call.name }}{{- " to=assista'
        'nt<|channel|>commentary<|message|>" + message.content|tojson + "<|end|>" }}\n    '
        "{%- endif -%}\n{%- endfor -%}"
    ),
    "hermes-tools": (
        '{%- macro json_to_python_type(json_spec) %}{%- set basic_type_map = {"string": "'
        'str", "number": "float", "integer": "int", "boolean": "bool"} %}{%- if basic_typ'
        "e_map[json_spec.type] is defined %}{{- basic_type_map[json_spec.type] }}{%- elif"
        ' json_spec.type == "array" %}{{- "list[" +  json_to_python_type(json_spec|items)'
        ' + "]"}}{%- elif json_spec.type == "object" %}{%- if json_spec.additionalPropert'
        'ies is defined %}{{- "dict[str, " + json_to_python_type(json_spec.additionalProp'
        "erties) + ']'}}{%- else %}{{- \"dict\" }}{%- endif %}{%- elif json_spec.type is it"
        'erable %}{{- "Union[" }}{%- for t in json_spec.type %}{{- json_to_python_type({"'
        'type": t}) }}{%- endfor %}{{- "]" }}{%- else %}{{- "Any" }}{%- endif %}{%- endma'
        "cro %}{{- bos_token }}{%- for tool in tools %}{%- if tool.function is defined %}"
        '{%- set tool = tool.function %}{%- endif %}{{- \'{"type": "function", "function":'
        " ' }}{{- '{\"name\": \"' + tool.name + '\", ' }}{{- '\"description\": \"' + tool.name +"
        " '(' }}{%- for param_name, param_fields in tool.parameters.properties|items %}{{"
        '- param_name + ": " + json_to_python_type(param_fields) }}{%- if not loop.last %'
        "}{{- \", \" }}{%- endif %}{%- endfor %}{{- ')' }}{%- if tool.return is defined %}{"
        '{- " -> " + json_to_python_type(tool.return) }}{%- endif %}{{- \', "parameters": '
        '\' + (tool.parameters|tojson if tool.parameters.properties|length > 0 else "{}") '
        '+ "}" }}{%- endfor %}{%- for message in messages %}{%- if loop.previtem and loop'
        ".previtem.role != \"tool\" %}{{- '<|im_start|>tool\\n' }}{%- endif %}{%- if not loo"
        "p.last and loop.nextitem.role != \"tool\" %}{{- '<|im_end|>' }}{%- endif %}{%- end"
        "for %}"
    ),
    "vicuna": (
        "{% if messages[0]['role'] == 'system' %}{% set system_message = messages[0]['con"
        "tent'] | trim + '\\\\n\\\\n' %}{% set messages = messages[1:] %}{% else %}{% set sys"
        "tem_message = '' %}{% endif %}{{ bos_token + system_message }}{% for message in "
        "messages %}{% if message['role'] == 'user' %}{{ 'USER: ' + message['content'] | "
        "trim + '\\\\n' }}{% endif %}{% endfor %}"
    ),
    "kimi": (
        "{% macro render_content(msg) -%}{%- set c = msg.get('content') -%}{%- if c is st"
        "ring -%}{{ c }}{%- elif c is not none -%}{% for content in c -%}{% if content['t"
        "ype'] == 'image' or 'image_url' in content -%}<|media_pad|>{% else -%}{{ content"
        "['text'] }}{%- endif -%}{%- endfor -%}{%- endif -%}{%- endmacro -%}{%- set queue"
        " = namespace(ids=[]) -%}{%- set counter = namespace(value=0) -%}{%- for message "
        "in messages -%}{%- for call in message.tool_calls or [] -%}{%- set formatted = '"
        "functions.' + call['function']['name'] + ':' + (counter.value | string) -%}{%- s"
        "et counter.value = counter.value + 1 -%}{%- set _ = queue.ids.append(formatted) "
        "-%}{{ formatted }}{%- endfor -%}{{ render_content(message) }}{%- if queue.ids -%"
        "}{{ queue.ids.pop(0) }}{%- endif -%}{%- endfor -%}{%- for idx in range(messages|"
        "length-1, -1, -1) -%}{%- if messages[idx]['role'] == 'assistant' and not message"
        "s[idx].get('tool_calls') -%}x{%- endif -%}{%- endfor -%}"
    ),
    "glm": (
        "[gMASK]<sop>{%- for m in messages %}{%- if m.role == 'user' %}<|user|>{{ m.conte"
        "nt }}{{- '/nothink' if (enable_thinking is defined and not enable_thinking and n"
        "ot m.content.endswith(\"/nothink\")) else '' -}}{%- elif m.role == 'assistant' -%}"
        "{%- set reasoning_content = '' %}{%- if m.reasoning_content is string %}{%- set "
        "reasoning_content = m.reasoning_content %}{%- endif %}{%- if m.tool_calls %}{% f"
        "or tc in m.tool_calls %}{%- if tc.function %}{%- set tc = tc.function %}{%- endi"
        "f %}{{ '\\n<tool_call>' + tc.name }}{% set args = tc.arguments %}{% for k, v in a"
        "rgs.items() %}<arg_key>{{ k }}</arg_key><arg_value>{{ v | tojson(ensure_ascii=Fa"
        "lse) if v is not string else v }}</arg_value>{% endfor %}{% endfor %}{% endif %}"
        "{%- continue -%}{%- elif m.role == 'tool' -%}{%- break -%}{%- endif -%}{%- endfo"
        "r -%}"
    ),
    "nemotron": (
        "{%- set ns = namespace(last_turn='', out=[]) -%}{%- for message in messages -%}{"
        "%- filter trim -%}{{ message.content | replace(\"'\", '\"') }}{%- endfilter -%}{%- "
        "set tool_text -%}{{ message.tool_calls | map(attribute='function') | map(attribu"
        "te='name') | join(', ') }}{%- endset -%}{%- set ns.out = ns.out + [tool_text | t"
        "rim] -%}{%- set ns.last_turn = ns.last_turn ~ message.content -%}{%- endfor -%}{"
        "{ ns.out | join('\\n') }}{%- with prefix = 'Assistant' -%}{{ prefix | upper }}{%-"
        " endwith -%}"
    ),
}
"""Name of a family of models → a template in its style."""
