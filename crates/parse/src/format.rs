use crate::draft::Scanner;
use crate::scan::{
    access, database, generic, go, java, logfmt, mobile, python, rust, supercomputer, syslog, system,
    web_error,
};

/// How the lines of a format are read.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    /// Line by line.
    Lines {
        scan: Scanner,
        /// The stricter form that detection uses, where a file of one format may hold lines of its relatives.
        detect: Scanner,
        /// Whether lines that do not start like the format belong to the record before them, whatever they look like.
        joins: bool,
    },
    JsonLines,
    Journald,
    Docker,
    Cri,
    Table,
}

/// A format for people and programs to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatDefinition {
    pub format: Format,
    /// Stable name for APIs and command lines, such as `apache_combined`.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    pub example: &'static str,
}

const fn lines(scan: Scanner) -> Reading {
    Reading::Lines { scan, detect: scan, joins: false }
}

const fn joining(scan: Scanner) -> Reading {
    Reading::Lines { scan, detect: scan, joins: true }
}

const fn strict(scan: Scanner, detect: Scanner) -> Reading {
    Reading::Lines { scan, detect, joins: false }
}

macro_rules! formats {
    ($($variant:ident $name:literal $title:literal $reading:expr, $example:literal;)*) => {
        /// Formats that are known, the most particular first: where several fit a file, the first is taken.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Format {
            $(#[doc = $title] $variant,)*
        }

        /// Every format with its names and an example line, in the order of [`Format`].
        pub const FORMATS: &[FormatDefinition] = &[
            $(FormatDefinition { format: Format::$variant, name: $name, title: $title, example: $example },)*
        ];

        impl Format {
            pub(crate) fn reading(self) -> Reading {
                match self {
                    $(Self::$variant => $reading,)*
                }
            }
        }
    };
}

formats! {
    JournaldJson "journald_json" "journald export (JSON)" Reading::Journald,
        r#"{"__REALTIME_TIMESTAMP":"1763626530123456","PRIORITY":"6","_HOSTNAME":"a1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"Accepted publickey"}"#;
    DockerJson "docker_json" "Docker json-file" Reading::Docker,
        r#"{"log":"started\n","stream":"stdout","time":"2025-11-20T08:15:30.123456789Z"}"#;
    JsonLines "json_lines" "JSON lines" Reading::JsonLines,
        r#"{"time":"2025-11-20T08:15:30Z","level":"info","msg":"started","port":8080}"#;
    KubernetesCri "kubernetes_cri" "Kubernetes container (CRI)" Reading::Cri,
        "2025-11-20T08:15:30.123456789Z stdout F started";
    SyslogRfc5424 "syslog_rfc5424" "Syslog (RFC 5424)" lines(syslog::rfc5424),
        r#"<34>1 2025-11-20T08:15:30.123Z a1 sshd 12 ID47 [origin ip="10.0.0.1"] Accepted publickey"#;
    ApacheError "apache_error" "Apache error log" lines(web_error::apache),
        "[Thu Nov 20 08:15:30.123456 2025] [core:error] [pid 12:tid 34] [client 10.0.0.1:56] AH00126: Invalid URI";
    NginxError "nginx_error" "nginx error log" lines(web_error::nginx),
        r#"2025/11/20 08:15:30 [error] 12#34: *5 open() failed, client: 10.0.0.1, server: a, request: "GET / HTTP/1.1""#;
    ApacheVhost "apache_vhost" "Apache / nginx combined with virtual host" strict(access::any, access::with_virtual_host),
        r#"www.example.com:443 10.0.0.1 - - [20/Nov/2025:08:15:30 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/8.0""#;
    ApacheCombined "apache_combined" "Apache / nginx combined" strict(access::any, access::combined),
        r#"10.0.0.1 - - [20/Nov/2025:08:15:30 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/8.0""#;
    ApacheCommon "apache_common" "Apache / nginx common" strict(access::any, access::common),
        r#"10.0.0.1 - - [20/Nov/2025:08:15:30 +0000] "GET / HTTP/1.1" 200 512"#;
    Logcat "logcat" "Android logcat" joining(mobile::logcat),
        "11-20 08:15:30.123  1702  2395 D WindowManager: screen is on";
    HealthApp "health_app" "HealthApp" lines(mobile::health_app),
        "20251120-8:15:30:123|Step_LSC|30002312|onStandStepChanged 3579";
    BlueGene "blue_gene" "Blue Gene/L RAS" lines(supercomputer::blue_gene),
        "- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO corrected";
    Redis "redis" "Redis" joining(database::redis),
        "12:M 20 Nov 2025 08:15:30.123 * Ready to accept connections";
    Mysql "mysql" "MySQL / MariaDB error log" joining(database::mysql),
        "2025-11-20T08:15:30.123456Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.";
    ClickHouse "clickhouse" "ClickHouse server" joining(database::clickhouse),
        "2025.11.20 08:15:30.123456 [ 12 ] {} <Information> Application: Ready for connections.";
    Elasticsearch "elasticsearch" "Elasticsearch / OpenSearch" joining(java::elasticsearch),
        "[2025-11-20T08:15:30,123][INFO ][o.e.n.Node] [node-1] started";
    SpringBoot "spring_boot" "Spring Boot" joining(java::spring_boot),
        "2025-11-20 08:15:30.123  INFO 12 --- [           main] c.e.Application : Started in 2 s";
    Hdfs "hdfs" "HDFS" joining(java::hdfs),
        "251120 081530 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 terminating";
    Spark "spark" "Spark" joining(java::spark),
        "25/11/20 08:15:30 INFO executor.Executor: Running task 0.0";
    Klog "klog" "Kubernetes klog / glog" joining(go::klog),
        "I1120 08:15:30.123456    12 server.go:45] started";
    RustTracing "rust_tracing" "Rust tracing" joining(rust::tracing),
        "2025-11-20T08:15:30.123456Z  INFO request{id=5}: my_crate::http: started port=8080";
    EnvLogger "env_logger" "Rust env_logger" joining(rust::env_logger),
        "[2025-11-20T08:15:30Z INFO  my_crate::http] started";
    Python "python" "Python logging" joining(python::logging),
        "2025-11-20 08:15:30,123 - shop.cart - INFO - started";
    Postgresql "postgresql" "PostgreSQL" joining(database::postgresql),
        "2025-11-20 08:15:30.123 UTC [12] LOG:  database system is ready to accept connections";
    Dpkg "dpkg" "dpkg" lines(system::dpkg),
        "2025-11-20 08:15:30 upgrade libc6:amd64 2.36-9 2.36-10";
    AptHistory "apt_history" "apt history" joining(system::apt_history),
        "Start-Date: 2025-11-20  08:15:30";
    AptTerminal "apt_terminal" "apt terminal log" strict(system::apt_terminal, system::is_apt_terminal),
        "Log started: 2025-11-20  08:15:30";
    Alternatives "alternatives" "update-alternatives" lines(system::alternatives),
        "update-alternatives 2025-11-20 08:15:30: run with --quiet --remove awk /usr/bin/mawk";
    Kernel "kernel" "Kernel ring buffer (dmesg)" lines(system::kernel),
        "[    1.234567] usb 1-1: new high-speed USB device";
    Log4j "log4j" "Log4j, Logback and alike" joining(java::log4j),
        "2025-11-20 08:15:30,123 INFO [main] org.example.Main: started";
    Logfmt "logfmt" "logfmt (Go slog, logrus)" lines(logfmt::scan),
        r#"time=2025-11-20T08:15:30.123Z level=INFO msg="started" port=8080"#;
    SyslogRfc3164 "syslog_rfc3164" "Syslog (RFC 3164)" lines(syslog::rfc3164),
        "Nov 20 08:15:30 a1 sshd[12]: Accepted publickey for root";
    SyslogIso "syslog_iso" "Syslog (ISO 8601 time)" lines(syslog::iso),
        "2025-11-20T08:15:30.123456+01:00 a1 sshd[12]: Accepted publickey for root";
    GoLog "go_log" "Go standard log" joining(go::standard),
        "2025/11/20 08:15:30 main.go:23: started";
    Csv "csv" "CSV with a header" Reading::Table,
        "time,level,message";
    Tsv "tsv" "TSV with a header" Reading::Table,
        "time\tlevel\tmessage";
    Timestamped "timestamped" "Lines that start with a time" joining(generic::timestamped),
        "2025-11-20 08:15:30 started";
    Text "text" "Lines of text" lines(generic::text),
        "started";
}

impl Format {
    pub fn definition(self) -> &'static FormatDefinition {
        &FORMATS[self as usize]
    }

    /// Stable name, such as `apache_combined`.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Name for people.
    pub fn title(self) -> &'static str {
        self.definition().title
    }

    /// The format of a [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS.iter().find(|definition| definition.name == name).map(|definition| definition.format)
    }
}
