#include "core/redis/redis_url.h"

#include <QCoreApplication>
#include <QFile>
#include <QHash>
#include <QUrl>
#include <QUrlQuery>

#include <algorithm>

namespace signalbox::redis {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype socketPathBytesMax = 107; // sockaddr_un::sun_path, less its ending NUL
constexpr int dbMax = 16'777'215;

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

/// Never given the URL itself: every sentence here may be shown and logged, and a URL holds a password.
tl::unexpected<Error> refuse(const QString &why, const QString &todo)
{
    return fail(Error::Kind::Invalid, tr("This Redis URL cannot be used."), why, todo);
}

QString example()
{
    return tr("Write it like redis://user:password@host:6379/0, rediss://host/0 or unix:///run/redis.sock.");
}

/// A forgotten %40 or %2F makes a part of the password look like a database or a parameter: those are not
/// repeated.
QString escapingAdvice()
{
    return tr("Write characters like # / ? @ : % in a password as %23 %2F %3F %40 %3A %25.");
}

bool isPlainWord(const QString &name)
{
    return name.size() <= 32 && std::all_of(name.begin(), name.end(), [](QChar letter) {
               return (letter >= u'a' && letter <= u'z') || letter == u'_';
           });
}

/// What of the URL stands behind "?", each at most once.
class Parameters {
public:
    explicit Parameters(const QUrl &url)
    {
        const auto items = QUrlQuery(url).queryItems(QUrl::FullyDecoded);
        for (const auto &[name, value] : items) {
            m_isTwice |= m_values.contains(name);
            m_mayHoldPassword |= name == "password"_L1 || value.contains(u'@') || !isPlainWord(name);
            m_values.insert(name, value);
        }
    }
    [[nodiscard]] bool has(QLatin1StringView name) const { return m_values.contains(name); }
    QString take(QLatin1StringView name) { return m_values.take(QString(name)); }
    /// After everything known was taken.
    [[nodiscard]] Result<> refuseTheRest() const
    {
        if (m_isTwice) return refuse(tr("One of its parameters is there twice."), example());
        if (m_values.isEmpty()) return {};
        const QString known
            = tr("Known are ca, cert, key and server_name for rediss://, and db, user and password for "
                 "unix://. Verification of certificates cannot be turned off.");
        if (m_mayHoldPassword)
            return refuse(tr("One of its parameters is not known here."), known + u' ' + escapingAdvice());
        return refuse(tr("The parameter \"%1\" is not known here.").arg(m_values.constBegin().key()), known);
    }

private:
    QHash<QString, QString> m_values;
    bool m_isTwice = false;
    bool m_mayHoldPassword = false;
};

Result<int> parseDb(const QString &text)
{
    bool isNumber = false;
    const int db = text.toInt(&isNumber);
    const bool isPlain = isNumber && text == QString::number(db);
    if (isPlain && db >= 0 && db <= dbMax) return db;
    if (text.contains(u'@'))
        return refuse(tr("There is an \"@\" where the number of the database should be."), escapingAdvice());
    return refuse(tr("The database is not a number from 0 to %1.").arg(dbMax),
                  tr("Most servers have 0 to 15; leave it out for 0."));
}

Result<> takeTls(RedisUrl &url, Parameters &parameters)
{
    url.caFile = parameters.take("ca"_L1);
    url.certificateFile = parameters.take("cert"_L1);
    url.keyFile = parameters.take("key"_L1);
    url.serverName = parameters.take("server_name"_L1);
    if (url.certificateFile.isEmpty() == url.keyFile.isEmpty()) return {};
    return refuse(tr("A client certificate needs both \"cert\" and \"key\"."),
                  tr("Give the PEM file of each, or neither."));
}

Result<RedisUrl> parseNetwork(const QUrl &parts, RedisUrl::Scheme scheme)
{
    RedisUrl url;
    url.scheme = scheme;
    if (!parts.host().isEmpty()) url.host = parts.host();
    const int port = parts.port(url.port);
    if (port == 0) return refuse(tr("The port is 0."), tr("Ports go from 1 to 65535; Redis' own is 6379."));
    url.port = static_cast<quint16>(port);
    url.user = parts.userName(QUrl::FullyDecoded);
    url.password = parts.password(QUrl::FullyDecoded);
    const QString path = parts.path(QUrl::FullyDecoded);
    if (path.size() > 1) {
        const Result<int> db = parseDb(path.mid(1));
        if (!db) return tl::unexpected(db.error());
        url.db = *db;
    }
    Parameters parameters(parts);
    if (scheme == RedisUrl::Scheme::Tls) {
        if (const Result<> tls = takeTls(url, parameters); !tls) return tl::unexpected(tls.error());
    }
    for (const QLatin1StringView name : {"ca"_L1, "cert"_L1, "key"_L1, "server_name"_L1}) {
        if (parameters.has(name))
            return refuse(tr("The parameter \"%1\" is for TLS, and redis:// is without.").arg(name),
                          tr("Write rediss:// for TLS."));
    }
    if (const Result<> rest = parameters.refuseTheRest(); !rest) return tl::unexpected(rest.error());
    return url;
}

Result<> checkSocketPath(const QString &path)
{
    if (!path.startsWith(u'/'))
        return refuse(tr("The socket's path is not absolute."),
                      tr("Write three slashes: unix:///run/redis.sock"));
    if (path.contains(QChar(u'\0')))
        return refuse(tr("The socket's path contains a zero byte."), tr("Give the path of a file."));
    const qsizetype bytes = QFile::encodeName(path).size();
    if (bytes > socketPathBytesMax)
        return refuse(tr("The socket's path is %1 bytes long, and the system allows %2.")
                          .arg(bytes)
                          .arg(socketPathBytesMax),
                      tr("Use a shorter folder, or a symbolic link to this one."));
    return {};
}

Result<RedisUrl> parseUnix(const QUrl &parts)
{
    RedisUrl url;
    url.scheme = RedisUrl::Scheme::Unix;
    if (!parts.host().isEmpty() || !parts.userInfo().isEmpty() || parts.port() != -1)
        return refuse(tr("A unix:// URL has no host, port or user before its path."),
                      tr("Write three slashes: unix:///run/redis.sock?user=U&password=P"));
    url.socketPath = parts.path(QUrl::FullyDecoded);
    if (const Result<> path = checkSocketPath(url.socketPath); !path) return tl::unexpected(path.error());
    Parameters parameters(parts);
    if (parameters.has("db"_L1)) {
        const Result<int> db = parseDb(parameters.take("db"_L1));
        if (!db) return tl::unexpected(db.error());
        url.db = *db;
    }
    url.user = parameters.take("user"_L1);
    url.password = parameters.take("password"_L1);
    if (const Result<> rest = parameters.refuseTheRest(); !rest) return tl::unexpected(rest.error());
    return url;
}

} // namespace

Result<RedisUrl> RedisUrl::parse(const QString &text)
{
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty()) return refuse(tr("It is empty."), example());
    const QUrl parts(trimmed, QUrl::StrictMode);
    if (!parts.isValid()) // errorString() would repeat the URL, password and all
        return refuse(tr("Its parts cannot be told from each other."),
                      tr("Write characters like # / ? @ : % in a password as %23 %2F %3F %40 %3A %25. ")
                          + example());
    if (parts.hasFragment()) return refuse(tr("It contains a \"#\"."), tr("In a password, write # as %23."));
    const QString scheme = parts.scheme();
    if (scheme == "redis"_L1) return parseNetwork(parts, Scheme::Tcp);
    if (scheme == "rediss"_L1) return parseNetwork(parts, Scheme::Tls);
    if (scheme == "unix"_L1) return parseUnix(parts);
    return refuse(tr("It begins with none of redis://, rediss:// and unix://."), example());
}

QString RedisUrl::display() const
{
    if (scheme == Scheme::Unix) {
        const QString path = "unix://"_L1 + socketPath;
        return db == 0 ? path : path + "?db="_L1 + QString::number(db);
    }
    const QString shownHost = host.contains(u':') ? u'[' + host + u']' : host;
    return (scheme == Scheme::Tls ? "rediss://"_L1 : "redis://"_L1)
        + (user.isEmpty() ? QString() : user + u'@') + shownHost + u':' + QString::number(port) + u'/'
        + QString::number(db);
}

} // namespace signalbox::redis
