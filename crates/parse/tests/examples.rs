//! Each format by a few of its lines: what is detected, and what the records hold.

use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use click_lite_parse::{FORMATS, FileContext, FileParser, Format, detect};

/// Detects the format, parses, and compares each record as
/// `time range level service@host | body | attributes`; the times are those of 2025-11-20 without the date.
fn check(format: Format, text: &str, expected: &[&str]) {
    let detection = detect(text.as_bytes(), None);
    assert_eq!(detection.format, format, "{text}\n{:?}", detection.candidates);
    let mut parser = FileParser::new(
        format,
        FileContext {
            service: Some("-".to_owned()),
            modified_ns: parse_rfc3339("2025-11-30T00:00:00Z"),
            ..FileContext::default()
        },
    );
    let mut found = Vec::new();
    let mut sink = |record: &click_lite_model::Record| {
        let host = record.resource().map(|(_, value)| format!("@{value}")).collect::<String>();
        let attributes: Vec<String> = record
            .attributes()
            .filter(|(key, _)| *key != "log.file.line")
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let time = record.time_ns.map(format_rfc3339).unwrap_or_default();
        let time =
            time.strip_prefix("2025-11-20T").unwrap_or(&time).trim_end_matches('Z').trim_end_matches('0');
        found.push(format!(
            "{} {} {} {}{host} | {} | {}",
            time.trim_end_matches('.'),
            record.severity.range_name(),
            if record.severity_text().is_empty() { "-" } else { record.severity_text() },
            record.service(),
            record.body(),
            attributes.join(" ")
        ));
    };
    parser.push(text.as_bytes(), &mut sink);
    parser.finish(&mut sink);
    assert_eq!(found, expected, "{text}");
    assert_eq!(parser.report().not_understood.lines, 0);
}

#[test]
fn every_example_is_detected_as_its_format() {
    for definition in FORMATS {
        let found = match definition.format {
            Format::Csv => detect(b"time,level,message\n2025-11-20,info,x\n", None),
            Format::Tsv => detect(b"time\tlevel\tmessage\n2025-11-20\tinfo\tx\n", None),
            _ => detect(definition.example.as_bytes(), None),
        };
        assert_eq!(found.format, definition.format, "{}: {:?}", definition.example, found.candidates);
        assert_eq!(Format::from_name(definition.name), Some(definition.format));
        assert_eq!(definition.format.definition(), definition);
    }
}

#[test]
fn access_logs() {
    check(
        Format::ApacheCombined,
        "10.0.0.1 - frank [20/Nov/2025:09:15:30 +0100] \"GET /a?b=1 HTTP/1.1\" 404 512 \"http://x/\" \"a \\\"b\\\"\" 0.003\n",
        &[
            "08:15:30 warn - - | 10.0.0.1 - frank [20/Nov/2025:09:15:30 +0100] \"GET /a?b=1 HTTP/1.1\" 404 512 \"http://x/\" \"a \\\"b\\\"\" 0.003 | \
           client.address=10.0.0.1 user.name=frank http.request.method=GET url.path=/a url.query=b=1 network.protocol.version=1.1 \
           http.response.status_code=404 http.response.body.size=512 http.request.header.referer=http://x/ user_agent.original=a \\\"b\\\"",
        ],
    );
    check(
        Format::ApacheCommon,
        "::1 - - [20/Nov/2025:08:15:30 +0000] \"-\" 500 -\n",
        &[
            "08:15:30 error - - | ::1 - - [20/Nov/2025:08:15:30 +0000] \"-\" 500 - | client.address=::1 http.response.status_code=500",
        ],
    );
    check(
        Format::ApacheVhost,
        "a.example:443 10.0.0.1 - - [20/Nov/2025:08:15:30 +0000] \"GET / HTTP/2\" 200 5 \"-\" \"-\"\n",
        &[
            "08:15:30 info - - | a.example:443 10.0.0.1 - - [20/Nov/2025:08:15:30 +0000] \"GET / HTTP/2\" 200 5 \"-\" \"-\" | \
           client.address=10.0.0.1 server.address=a.example server.port=443 http.request.method=GET url.path=/ \
           network.protocol.version=2 http.response.status_code=200 http.response.body.size=5",
        ],
    );
}

#[test]
fn web_error_logs() {
    check(
        Format::ApacheError,
        "[Thu Nov 20 08:15:30 2025] [error] [client 10.0.0.1] File does not exist: /a\n\
         [Thu Nov 20 08:15:30.5 2025] [ssl:warn] [pid 12:tid 34] [client 10.0.0.1:56] AH1: x\n",
        &[
            "08:15:30 error error - | [client 10.0.0.1] File does not exist: /a | client.address=10.0.0.1",
            "08:15:30.5 warn warn - | [client 10.0.0.1:56] AH1: x | apache.module=ssl process.pid=12 thread.id=34 \
             client.address=10.0.0.1 client.port=56",
        ],
    );
    check(
        Format::NginxError,
        "2025/11/20 08:15:30 [error] 12#34: *5 open() failed, client: 10.0.0.1, server: a, request: \"GET /b HTTP/1.1\", host: \"a\"\n",
        &[
            "08:15:30 error error - | open() failed, client: 10.0.0.1, server: a, request: \"GET /b HTTP/1.1\", host: \"a\" | \
           process.pid=12 thread.id=34 nginx.connection.id=5 client.address=10.0.0.1 server.address=a http.request.method=GET \
           url.path=/b network.protocol.version=1.1",
        ],
    );
}

#[test]
fn syslog() {
    check(
        Format::SyslogRfc3164,
        "Nov 20 08:15:30 a1 sshd(pam_unix)[12]: check pass\n<11>Nov 20 08:15:30 a1 syslogd 1.4.1: restart.\n\
         Nov 20 08:15:30 a1 -- MARK --\n",
        &[
            "08:15:30 unknown - sshd@a1 | check pass | syslog.appname=sshd(pam_unix) process.pid=12",
            "08:15:30 error err syslogd@a1 | restart. | syslog.appname=syslogd 1.4.1 syslog.facility=user",
            "08:15:30 unknown - -@a1 | -- MARK -- | ",
        ],
    );
    check(
        Format::SyslogIso,
        "2025-11-20T09:15:30.5+01:00 a1 cron[12]: (root) CMD (x)\n",
        &["08:15:30.5 unknown - cron@a1 | (root) CMD (x) | process.pid=12"],
    );
    check(
        Format::SyslogRfc5424,
        "<165>1 2025-11-20T08:15:30.5Z a1 evntslog 12 ID47 [x@1 a=\"b \\\"c\\\" \\]\" d=\"\"][y e=\"f\"] \u{feff}hello\n\
         1 2025-11-20T08:15:30Z a1 app - - - plain\n",
        &[
            "08:15:30.5 info notice evntslog@a1 | hello | x@1.a=b \"c\" ] x@1.d= y.e=f process.pid=12 syslog.msgid=ID47 syslog.facility=local4",
            "08:15:30 unknown - app@a1 | plain | ",
        ],
    );
}

#[test]
fn java() {
    check(
        Format::Log4j,
        "2025-11-20 08:15:30,123 INFO [main] o.a.Main: one\n\
         2025-11-20 08:15:30.123 [pool-1 thread-2] WARN  o.a.Main - two\n\
         2025-11-20 08:15:30,123 - INFO  [main:Quorum@1] - three\n\
         08:15:30.123 [main] DEBUG o.a.Main - four\n\
         2025-11-20 08:15:30,123 ERROR [o.jboss.as] (MSC 1-2) five\n\
         20-Nov-2025 08:15:30.123 SEVERE [main] o.a.c.Catalina.start six\n",
        &[
            "08:15:30.123 info INFO - | one | thread.name=main logger.name=o.a.Main",
            "08:15:30.123 warn WARN - | two | thread.name=pool-1 thread-2 logger.name=o.a.Main",
            "08:15:30.123 info INFO - | three | thread.name=main:Quorum@1",
            "08:15:30.123 debug DEBUG - | four | thread.name=main logger.name=o.a.Main",
            "08:15:30.123 error ERROR - | five | thread.name=MSC 1-2 logger.name=o.jboss.as",
            "08:15:30.123 error SEVERE - | o.a.c.Catalina.start six | thread.name=main",
        ],
    );
    check(
        Format::SpringBoot,
        "2025-11-20 08:15:30.123  INFO 12 --- [           main] c.e.App                   : one\n\
         2025-11-20 08:15:30.123  INFO [shop,0af7651916cd43dd8448eb211c80319c,b7ad6b7169203331,true] 12 --- [main] c.e.App : old\n\
         2025-11-20T08:15:30.123Z  WARN 12 --- [shop] [nio-8080-exec-1] [0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331] c.e.App : two\n",
        &[
            "08:15:30.123 info INFO - | one | thread.name=main logger.name=c.e.App process.pid=12",
            "08:15:30.123 info INFO shop | old | thread.name=main logger.name=c.e.App process.pid=12",
            "08:15:30.123 warn WARN shop | two | thread.name=nio-8080-exec-1 logger.name=c.e.App process.pid=12",
        ],
    );
    check(
        Format::Hdfs,
        "251120 081530 148 WARN dfs.DataNode$X: got\n",
        &["08:15:30 warn WARN - | got | thread.id=148 logger.name=dfs.DataNode$X"],
    );
    check(
        Format::Elasticsearch,
        "[2025-11-20T08:15:30,123][WARN ][o.e.n.Node               ] [node-1] low\n",
        &["08:15:30.123 warn WARN - | [node-1] low | logger.name=o.e.n.Node elasticsearch.node.name=node-1"],
    );
}

#[test]
fn python() {
    check(
        Format::Python,
        "2025-11-20 08:15:30,123 - shop.cart - WARNING - one - two\n\
         [2025-11-20 08:15:30,123: INFO/MainProcess] three\n\
         [2025-11-20 08:15:30 +0000] [12] [ERROR] four\n\
         2025-11-20 08:15:30.123 | DEBUG    | shop.cart:add:12 - five\n\
         INFO 2025-11-20 08:15:30,123 views 12 34 six\n\
         CRITICAL:root:seven\n\
         INFO:     10.0.0.1:56 - \"GET /a HTTP/1.1\" 404 Not Found\n\
         [20/Nov/2025 08:15:30] \"GET /b HTTP/1.1\" 200 5\n",
        &[
            "08:15:30.123 warn WARNING - | one - two | logger.name=shop.cart",
            "08:15:30.123 info INFO - | three | process.name=MainProcess",
            "08:15:30 error ERROR - | four | process.pid=12",
            "08:15:30.123 debug DEBUG - | five | logger.name=shop.cart code.function.name=add code.line.number=12",
            "08:15:30.123 info INFO - | six | logger.name=views process.pid=12 thread.id=34",
            "08:15:30.123 error CRITICAL - | seven | logger.name=root",
            "08:15:30.123 warn INFO - | 10.0.0.1:56 - \"GET /a HTTP/1.1\" 404 Not Found | http.request.method=GET url.path=/a \
             network.protocol.version=1.1 http.response.status_code=404 client.address=10.0.0.1 client.port=56",
            "08:15:30 info - - | \"GET /b HTTP/1.1\" 200 5 | http.request.method=GET url.path=/b network.protocol.version=1.1 \
             http.response.status_code=200",
        ],
    );
}

#[test]
fn go() {
    check(
        Format::Klog,
        "E1120 08:15:30.123456      12 server.go:45] \"Failed \\\"x\\\"\" pod=\"a/b\" err=\"no \\\"y\\\"\"\n",
        &[
            "08:15:30.123456 error E - | \"Failed \\\"x\\\"\" pod=\"a/b\" err=\"no \\\"y\\\"\" | thread.id=12 code.file.path=server.go \
           code.line.number=45 pod=a/b err=no \"y\"",
        ],
    );
    check(
        Format::Logfmt,
        "time=2025-11-20T08:15:30.123Z level=WARN msg=\"slow \\\"query\\\"\" took=5ms user.name=\"a b\"\n",
        &["08:15:30.123 warn WARN - | slow \"query\" | took=5ms user.name=a b"],
    );
    check(
        Format::GoLog,
        "2025/11/20 08:15:30.123 main.go:23: started\n2025/11/20 08:15:30 ERROR: no\n",
        &[
            "08:15:30.123 unknown - - | started | code.file.path=main.go code.line.number=23",
            "08:15:30 error ERROR - | ERROR: no | ",
        ],
    );
}

#[test]
fn rust() {
    check(
        Format::RustTracing,
        "\u{1b}[2m2025-11-20T08:15:30.123456Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[1mrequest\u{1b}[0m\u{1b}[1m{\u{1b}[0m\u{1b}[3mid\u{1b}[0m\u{1b}[2m=\u{1b}[0m5\u{1b}[1m}\u{1b}[0m\u{1b}[2m:\u{1b}[0m \u{1b}[2mmy_crate::http\u{1b}[0m\u{1b}[2m:\u{1b}[0m slow \u{1b}[3mtook_ms\u{1b}[0m\u{1b}[2m=\u{1b}[0m12\n\
         2025-11-20T08:15:30.123456Z  INFO my_crate: started: yes\n\
         2025-11-20T08:15:30.123456Z DEBUG outer{a=1}:inner{b=\"x: y\"}: my_crate::db: done\n",
        &[
            "08:15:30.123456 warn WARN - | slow took_ms=12 | logger.name=my_crate::http tracing.spans=request{id=5} id=5 took_ms=12",
            "08:15:30.123456 info INFO - | started: yes | logger.name=my_crate",
            "08:15:30.123456 debug DEBUG - | done | logger.name=my_crate::db tracing.spans=outer{a=1}:inner{b=\"x: y\"} a=1 b=x: y",
        ],
    );
    check(
        Format::EnvLogger,
        "[2025-11-20T08:15:30Z ERROR my_crate::http] failed\n[2025-11-20T08:15:30Z INFO  my_crate] ok\n",
        &[
            "08:15:30 error ERROR - | failed | logger.name=my_crate::http",
            "08:15:30 info INFO - | ok | logger.name=my_crate",
        ],
    );
}

#[test]
fn logcat() {
    check(
        Format::Logcat,
        "--------- beginning of main\n\
         11-20 08:15:30.123  1702  2395 E Activity: a: b\n\
         11-20 08:15:30.123 W/Power( 1702): two\n\
         D/Power( 1702): three\n\
         [ 11-20 08:15:30.123  1702: 2395 I/Long ]\n\
         four\n\n",
        &[
            "2025-11-30T00:00:00 unknown - - | --------- beginning of main | ",
            "08:15:30.123 error E - | a: b | process.pid=1702 thread.id=2395 android.tag=Activity",
            "08:15:30.123 warn W - | two | process.pid=1702 android.tag=Power",
            "08:15:30.123 debug D - | three | process.pid=1702 android.tag=Power",
            "08:15:30.123 info I - | four | process.pid=1702 thread.id=2395 android.tag=Long",
        ],
    );
}

#[test]
fn databases() {
    check(
        Format::Postgresql,
        "2025-11-20 08:15:30.123 UTC [12] bob@shop ERROR:  no such table\n\
         2025-11-20 08:15:30.123 UTC [12] bob@shop STATEMENT:  SELECT 1\n\
         \tFROM x\n\
         2025-11-20 08:15:31.000 UTC [12] LOG:  checkpoint\n\
         2025-11-20 08:15:31.000 UTC [12-1] bob@shop app=psql FATAL:  bye\n",
        &[
            "08:15:30.123 error ERROR - | no such table\n2025-11-20 08:15:30.123 UTC [12] bob@shop STATEMENT:  SELECT 1\n\tFROM x | \
             process.pid=12 user.name=bob db.namespace=shop",
            "08:15:31 info LOG - | checkpoint | process.pid=12",
            "08:15:31 fatal FATAL - | bye | process.pid=12 postgresql.prefix=[12-1] bob@shop app=psql user.name=bob db.namespace=shop",
        ],
    );
    check(
        Format::Mysql,
        "2025-11-20T08:15:30.123456Z 0 [Warning] [MY-010068] [Server] CA\n2025-11-20 08:15:30 140 [ERROR] no\n251120 08:15:30 [Note] x\n",
        &[
            "08:15:30.123456 warn Warning - | CA | thread.id=0 mysql.error_code=MY-010068 mysql.subsystem=Server",
            "08:15:30 error ERROR - | no | thread.id=140",
            "08:15:30 info Note - | x | ",
        ],
    );
    check(
        Format::Redis,
        "12:M 20 Nov 2025 08:15:30.123 # low memory\n[12] 20 Nov 08:15:30.123 * old\n",
        &[
            "08:15:30.123 warn # - | low memory | process.pid=12 redis.role=master",
            "08:15:30.123 info * - | old | process.pid=12",
        ],
    );
    check(
        Format::ClickHouse,
        "2025.11.20 08:15:30.123456 [ 12 ] {ab-1} <Error> executeQuery: no\n",
        &[
            "08:15:30.123456 error Error - | no | logger.name=executeQuery thread.id=12 clickhouse.query_id=ab-1",
        ],
    );
}

#[test]
fn the_system() {
    check(
        Format::Dpkg,
        "2025-11-20 08:15:30 status installed libc6:amd64 2.36\n2025-11-20 08:15:30 upgrade libc6:amd64 2.35 2.36\n",
        &[
            "08:15:30 info - - | status installed libc6:amd64 2.36 | package.state=installed package.name=libc6 \
             package.architecture=amd64 package.version=2.36 dpkg.action=status",
            "08:15:30 info - - | upgrade libc6:amd64 2.35 2.36 | package.name=libc6 package.architecture=amd64 \
             package.previous_version=2.35 package.version=2.36 dpkg.action=upgrade",
        ],
    );
    check(
        Format::AptHistory,
        "\nStart-Date: 2025-11-20  08:15:30\nCommandline: apt install x\nInstall: x:amd64 (1)\nEnd-Date: 2025-11-20  08:15:31\n",
        &[
            "08:15:30 info - apt | Start-Date: 2025-11-20  08:15:30\nCommandline: apt install x\nInstall: x:amd64 (1)\nEnd-Date: 2025-11-20  08:15:31 | ",
        ],
    );
    check(
        Format::AptTerminal,
        "\nLog started: 2025-11-20  08:15:30\nUnpacking x (1) ...\nLog ended: 2025-11-20  08:15:31\n",
        &[
            "08:15:30 unknown - apt | Log started: 2025-11-20  08:15:30 | ",
            "08:15:30 unknown - apt | Unpacking x (1) ... | ",
            "08:15:31 unknown - apt | Log ended: 2025-11-20  08:15:31 | ",
        ],
    );
    check(
        Format::Kernel,
        "<3>[    1.234567] ata1: failed\n[Thu Nov 20 08:15:30 2025] usb 1-1: new\n",
        &[
            "2025-11-30T00:00:00 error err kernel | ata1: failed | syslog.facility=kern kernel.uptime_seconds=1.234567",
            "08:15:30 unknown - kernel | usb 1-1: new | ",
        ],
    );
}

#[test]
fn json_lines_of_several_loggers() {
    check(
        Format::JsonLines,
        "{\"level\":30,\"time\":1763626530123,\"pid\":12,\"hostname\":\"a1\",\"msg\":\"pino\"}\n\
         {\"@t\":\"2025-11-20T08:15:30Z\",\"@mt\":\"clef {X}\",\"@l\":\"Warning\",\"X\":1}\n\
         {\"@timestamp\":\"2025-11-20T08:15:30Z\",\"log.level\":\"error\",\"message\":\"ecs\",\"service\":{\"name\":\"shop\"}}\n",
        &[
            "08:15:30.123 info 30 -@a1 | pino | pid=12",
            "08:15:30 warn Warning - | clef {X} | X=1",
            "08:15:30 error error shop | ecs | ",
        ],
    );
}

#[test]
fn anything_else() {
    check(
        Format::Timestamped,
        "2025-11-20 08:15:30 started\n  more\n[2025-11-20 08:15:30] [warn] low\nERROR 2025-11-20 08:15:30 no\n1763626530.5 tick\n",
        &[
            "08:15:30 unknown - - | started\n  more | ",
            "08:15:30 warn warn - | low | ",
            "08:15:30 error ERROR - | no | ",
            "08:15:30.5 unknown - - | tick | ",
        ],
    );
    check(
        Format::Text,
        "hello\nworld: 5\n",
        &["2025-11-30T00:00:00 unknown - - | hello | ", "2025-11-30T00:00:00 unknown - - | world: 5 | "],
    );
}
