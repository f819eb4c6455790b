#include <QDir>
#include <QDirIterator>
#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace Qt::StringLiterals;

namespace {

const QString root = QStringLiteral(SIGNALBOX_SOURCE);
const QString version = QStringLiteral(SIGNALBOX_VERSION);
const QString desktopEntry = u"packaging/desktop/signalbox.desktop"_s;
const QString metainfo = u"packaging/desktop/org.signalbox.signalbox.metainfo.xml"_s;
const QString linkType = u"x-scheme-handler/signalbox"_s;

/// Two renderers round edges differently; another drawing, or a shifted one, is an order of magnitude away.
constexpr double sameDrawing = 0.01;

QString
textOf(const QString &path) // of a file in the tree; empty, which no caller takes, where there is none
{
    QFile file(root + u'/' + path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QHash<QString, QString> desktopKeys()
{
    QHash<QString, QString> keys;
    for (const QString &line : textOf(desktopEntry).split(u'\n')) {
        const qsizetype equals = line.indexOf(u'=');
        if (equals > 0) keys.insert(line.left(equals), line.mid(equals + 1));
    }
    return keys;
}

struct Element {
    QString name, text; ///< the text of an element without children
    QXmlStreamAttributes attributes;
};

QList<Element> elementsOf(const QString &xml)
{
    QList<Element> elements;
    QXmlStreamReader reader(xml);
    while (!reader.atEnd()) {
        const QXmlStreamReader::TokenType token = reader.readNext();
        if (token == QXmlStreamReader::StartElement)
            elements.append({reader.name().toString(), {}, reader.attributes()});
        else if (token == QXmlStreamReader::Characters && !elements.isEmpty())
            elements.last().text += reader.text().trimmed();
    }
    return reader.hasError() ? QList<Element>() : elements;
}

QList<Element> metainfoElements(const QString &name)
{
    QList<Element> found;
    for (const Element &element : elementsOf(textOf(metainfo)))
        if (element.name == name) found.append(element);
    return found;
}

QStringList languages() // those of the desktop's texts, and whatever the programs are translated into
{
    QStringList all{u"de"_s, u"ja"_s};
    for (const QString &file : QDir(root + u"/translations"_s).entryList({u"signalbox_*.ts"_s}))
        all.append(file.section(u'_', 1).section(u'.', 0, 0));
    all.removeAll(u"en"_s);
    all.removeDuplicates();
    return all;
}

QString pathOfPicture(int size)
{
    return root + u"/resources/icons/hicolor/%1x%1/apps/signalbox.png"_s.arg(size);
}

QImage drawn(const QString &name, int size)
{
    QSvgRenderer renderer(root + u"/resources/icons/"_s + name);
    QImage image(size, size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    renderer.render(&painter);
    return image;
}

/// How far two pictures of one size are apart: 0, the same; 1, black and white.
double difference(const QImage &left, const QImage &right)
{
    const QImage a = left.convertToFormat(QImage::Format_RGBA8888_Premultiplied);
    const QImage b = right.convertToFormat(QImage::Format_RGBA8888_Premultiplied);
    if (a.isNull() || a.size() != b.size()) return 1;
    qint64 sum = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width() * 4; ++x)
            sum += std::abs(int{a.constScanLine(y)[x]} - int{b.constScanLine(y)[x]});
    return static_cast<double>(sum) / (255.0 * 4 * a.width() * a.height());
}

QStringList filesBelow(const QString &folder)
{
    QStringList files;
    QDirIterator entries(folder, QDir::Files | QDir::System | QDir::Hidden, QDirIterator::Subdirectories);
    while (entries.hasNext()) files.append(QDir(folder).relativeFilePath(entries.next()));
    files.sort();
    return files;
}

struct End {
    int code = -1;
    QByteArray out;
};

End run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(100'000)) return {-1, process.errorString().toUtf8()};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAll()};
}

} // namespace

/// What packages hold beside the programs, as far as it can be seen without building packages.
class PackagingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void desktopEntryStartsTheConsole();
    void windowsBelongToTheDesktopEntry();
    void linksAreTheConsoles();
    void metainfoNamesWhatIsInstalled();
    void versionIsTheProjects();
    void textsAreThereInEveryLanguage();
    void picturesShowTheDrawing_data();
    void picturesShowTheDrawing();
    void everyPictureIsLookedAt();
    void anotherDrawingIsFound();
    void everyFileIsInOnePackage();
    void installedProgramsRun();
    void checkersAgree_data();
    void checkersAgree();

private:
    /// Installs one component, or all that there is, into a folder of its own.
    [[nodiscard]] QString installed(const QString &component = {})
    {
        const QString prefix = m_folder.filePath(component.isEmpty() ? u"all"_s : component);
        QStringList arguments{u"--install"_s, QStringLiteral(SIGNALBOX_BUILD), u"--prefix"_s, prefix};
        if (!component.isEmpty()) arguments << u"--component"_s << component;
        const End end = run(QStringLiteral(CMAKE_PROGRAM), arguments);
        if (end.code != 0) qFatal("%s", end.out.constData());
        return prefix;
    }
    QTemporaryDir m_folder;
};

void PackagingTest::desktopEntryStartsTheConsole()
{
    const QHash<QString, QString> keys = desktopKeys();
    QCOMPARE(keys.value(u"Type"_s), u"Application"_s);
    QCOMPARE(keys.value(u"Name"_s), u"Signalbox"_s);
    QCOMPARE(keys.value(u"Exec"_s), u"signalbox %u"_s);
    QCOMPARE(keys.value(u"TryExec"_s), u"signalbox"_s);
    QCOMPARE(keys.value(u"Terminal"_s), u"false"_s);
    QCOMPARE(keys.value(u"Icon"_s), u"signalbox"_s);
}

void PackagingTest::windowsBelongToTheDesktopEntry()
{
    static const QRegularExpression call(u"setDesktopFileName\\(QStringLiteral\\(\"([^\"]+)\"\\)\\)"_s);
    const QString name = call.match(textOf(u"app/console/main.cpp"_s)).captured(1);
    QCOMPARE(name + u".desktop"_s, QFileInfo(desktopEntry).fileName());
    QCOMPARE(desktopKeys().value(u"StartupWMClass"_s), name);
}

void PackagingTest::linksAreTheConsoles()
{
    QCOMPARE(desktopKeys().value(u"MimeType"_s).split(u';', Qt::SkipEmptyParts), QStringList{linkType});
    const QList<Element> types = metainfoElements(u"mediatype"_s);
    QCOMPARE(types.size(), 1);
    QCOMPARE(types.first().text, linkType);
}

void PackagingTest::metainfoNamesWhatIsInstalled()
{
    const auto only = [](const QString &element) {
        const QList<Element> found = metainfoElements(element);
        return found.size() == 1 ? found.first().text : u"%1 times"_s.arg(found.size());
    };
    QCOMPARE(only(u"id"_s) + u".metainfo.xml"_s, QFileInfo(metainfo).fileName());
    QCOMPARE(only(u"launchable"_s), QFileInfo(desktopEntry).fileName());
    QCOMPARE(only(u"icon"_s), desktopKeys().value(u"Icon"_s));
    QCOMPARE(only(u"binary"_s), desktopKeys().value(u"TryExec"_s));
    QCOMPARE(only(u"name"_s), desktopKeys().value(u"Name"_s));
    QCOMPARE(metainfoElements(u"summary"_s).value(0).text, desktopKeys().value(u"Comment"_s));
    QCOMPARE(only(u"project_license"_s), u"GPL-3.0-only"_s);
    QVERIFY(textOf(u"LICENSE"_s).contains(u"Version 3, 29 June 2007"_s));
}

void PackagingTest::versionIsTheProjects()
{
    const QList<Element> releases = metainfoElements(u"release"_s);
    QVERIFY(!releases.isEmpty());
    QCOMPARE(releases.first().attributes.value("version"_L1).toString(), version);

    static const QRegularExpression entry(
        u"^signalbox \\(([^-)]+)-\\d+\\) \\w+; urgency=\\w+\\n\\n  \\* [^\\0]+?\\n\\n"
        " -- [^<]+ <[^>@]+@[^>]+>  \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\n"_s);
    const QRegularExpressionMatch match = entry.match(textOf(u"packaging/debian/changelog"_s));
    QVERIFY(match.hasMatch());
    QCOMPARE(match.captured(1), version);
}

void PackagingTest::textsAreThereInEveryLanguage()
{
    const QHash<QString, QString> keys = desktopKeys();
    const QList<Element> paragraphs = metainfoElements(u"p"_s) + metainfoElements(u"li"_s);
    const auto countIn = [](const QList<Element> &elements, const QString &language) {
        return std::count_if(elements.begin(), elements.end(), [&language](const Element &element) {
            return element.attributes.value("xml:lang"_L1) == language && !element.text.isEmpty();
        });
    };
    const auto english = countIn(paragraphs, {});
    QVERIFY(english > 3);
    for (const QString &language : languages()) {
        for (const QString &key : {u"GenericName"_s, u"Comment"_s, u"Keywords"_s})
            QVERIFY2(!keys.value(u"%1[%2]"_s.arg(key, language)).isEmpty(),
                     qPrintable(key + u' ' + language));
        QCOMPARE(countIn(metainfoElements(u"summary"_s), language), 1);
        QCOMPARE(countIn(paragraphs, language), english);
    }
}

void PackagingTest::picturesShowTheDrawing_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<QString>("drawing");
    for (const int size : {16, 24, 32, 48, 64, 128, 256, 512})
        QTest::addRow("%d", size) << size
                                  << (size == 16 || size == 32 ? u"signalbox-16.svg"_s : u"signalbox.svg"_s);
}

void PackagingTest::picturesShowTheDrawing()
{
    QFETCH(int, size);
    QFETCH(QString, drawing);
    const QImage picture(pathOfPicture(size));
    QCOMPARE(picture.size(), QSize(size, size));
    QVERIFY2(difference(picture, drawn(drawing, size)) < sameDrawing, "packaging/icons draws it again");
}

void PackagingTest::everyPictureIsLookedAt()
{
    QCOMPARE(filesBelow(root + u"/resources/icons/hicolor"_s).size(), 8);
}

void PackagingTest::anotherDrawingIsFound()
{
    const QImage picture(pathOfPicture(64));
    QVERIFY(difference(picture, drawn(u"signalbox-16.svg"_s, 64)) > 2 * sameDrawing);
    QVERIFY(difference(picture, picture.scaled(48, 48)) > sameDrawing);
    QCOMPARE(difference(QImage(), QImage()), 1);
}

void PackagingTest::everyFileIsInOnePackage()
{
    QHash<QString, QString> packageOf;
    for (const QString &component : QStringLiteral(SIGNALBOX_COMPONENTS).split(u',')) {
        const QStringList files = filesBelow(installed(component));
        QVERIFY2(!files.isEmpty(), qPrintable(component));
        for (const QString &file : files) {
            QVERIFY2(!packageOf.contains(file),
                     qPrintable(u"%1: %2 and %3"_s.arg(file, packageOf.value(file), component)));
            packageOf.insert(file, component);
        }
    }
    QStringList packed = packageOf.keys();
    packed.sort();
    QCOMPARE(packed, filesBelow(installed()));

    QCOMPARE(packageOf.value(u"bin/signalboxctl"_s), u"ctl"_s);
    QCOMPARE(packageOf.value(u"share/man/man1/signalboxctl.1"_s), u"ctl"_s);
    QCOMPARE(packageOf.value(u"bin/signalbox"_s), u"console"_s);
    QCOMPARE(packageOf.value(u"share/man/man1/signalbox.1"_s), u"console"_s);
    QCOMPARE(packageOf.value(u"share/applications/signalbox.desktop"_s), u"console"_s);
    QCOMPARE(packageOf.value(u"share/metainfo/"_s + QFileInfo(metainfo).fileName()), u"console"_s);
    QCOMPARE(packageOf.value(u"share/icons/hicolor/scalable/apps/signalbox.svg"_s), u"console"_s);
    QCOMPARE(packageOf.value(u"share/icons/hicolor/16x16/apps/signalbox.png"_s), u"console"_s);
}

void PackagingTest::installedProgramsRun()
{
    const QString prefix = installed();
    const End ctl = run(prefix + u"/bin/signalboxctl"_s, {u"--version"_s});
    QCOMPARE(ctl.out.trimmed(), version.toUtf8());
    QCOMPARE(ctl.code, 0);
    const End console = run(prefix + u"/bin/signalbox"_s, {u"--version"_s});
    QCOMPARE(console.out.trimmed(), "signalbox " + version.toUtf8());
    QCOMPARE(console.code, 0);
}

void PackagingTest::checkersAgree_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addRow("desktop entry") << QStringList{u"desktop-file-validate"_s, root + u'/' + desktopEntry};
    QTest::addRow("metainfo") << QStringList{u"appstreamcli"_s, u"validate"_s, u"--no-net"_s, u"--strict"_s,
                                             root + u'/' + metainfo};
}

void PackagingTest::checkersAgree()
{
    QFETCH(QStringList, command);
    const QString program = command.takeFirst();
    if (QStandardPaths::findExecutable(program).isEmpty())
        QSKIP(qPrintable(program + u" is not installed"_s));
    const End end = run(program, command);
    QVERIFY2(end.code == 0, end.out.constData());
}

QTEST_MAIN(PackagingTest)
#include "packaging_test.moc"
