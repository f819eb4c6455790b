#include "ui/window/command_palette.h"

#include "ui/parts/data_table.h"
#include "ui/parts/paint_text.h"
#include "ui/parts/plain_label.h"
#include "ui/parts/row_delegate.h"

#include <QAction>
#include <QBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int reasonRole = Qt::UserRole + 1;
constexpr int keyRole = Qt::UserRole + 2;
constexpr int placeRole = Qt::UserRole + 3;

/// Name at the left, shortcut at the right; the reason behind the name where the command is off.
class CommandDelegate : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

protected:
    void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const override
    {
        const Look &look = cell.look;
        const QString reason = index.data(reasonRole).toString();
        const QString key = index.data(keyRole).toString();
        painter.setFont(look.small);
        painter.setPen(look(Token::Muted));
        painter.drawText(cell.rect, Qt::AlignRight | Qt::AlignVCenter, key);
        const double keyWidth = QFontMetricsF(look.small).horizontalAdvance(key) + 12;
        drawRuns(painter, cell.rect.adjusted(0, 0, -keyWidth, 0),
                 {{index.data().toString(), look.base, look(reason.isEmpty() ? Token::Text : Token::Muted)},
                  {reason.isEmpty() ? QString() : u"   "_s + reason, look.small, look(Token::Muted)}});
    }
};

} // namespace

CommandPalette::CommandPalette(ActionRegistry &actions, QWidget *parent)
    : QDialog(parent),
      m_actions(actions),
      m_box(new QLineEdit(this)),
      m_list(new QListView(this)),
      m_model(new QStandardItemModel(this)),
      m_proxy(new QSortFilterProxyModel(this))
{
    setWindowTitle(tr("Commands"));
    setWindowFlag(Qt::FramelessWindowHint);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    m_box->setPlaceholderText(tr("Type a command"));
    m_box->setAccessibleName(tr("Command"));
    m_box->installEventFilter(this);
    m_proxy->setSourceModel(m_model);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_list->setModel(m_proxy);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    layout->addWidget(m_box);
    layout->addWidget(m_list, 1);
    connect(m_box, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_proxy->setFilterFixedString(text.trimmed());
        m_list->setCurrentIndex(m_proxy->index(0, 0));
    });
    connect(m_box, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
    resize(560, 420);
}

void CommandPalette::popUp()
{
    fill();
    m_box->clear();
    m_box->setFocus();
    m_list->setCurrentIndex(m_proxy->index(0, 0));
    const QPoint top = parentWidget()->mapToGlobal(QPoint((parentWidget()->width() - width()) / 2, 48));
    move(top);
    open();
}

int CommandPalette::shownCommands() const
{
    return m_proxy->rowCount();
}

void CommandPalette::fill()
{
    m_model->clear();
    m_actions.refresh();
    const QList<QAction *> actions = m_actions.actions();
    for (int place = 0; place < actions.size(); ++place) {
        const QAction *action = actions.at(place);
        auto *item = new QStandardItem(ActionRegistry::plainText(action));
        item->setData(action->statusTip(), reasonRole);
        item->setData(action->shortcut().toString(QKeySequence::NativeText), keyRole);
        item->setData(place, placeRole);
        m_model->appendRow(item);
    }
}

void CommandPalette::runCurrent()
{
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid()) return;
    QAction *action = m_actions.actions().at(index.data(placeRole).toInt());
    if (!action->isEnabled()) return; // the reason stands beside it
    close();
    action->trigger();
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_box || event->type() != QEvent::KeyPress) return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key != Qt::Key_Up && key != Qt::Key_Down) return false;
    const int row = m_list->currentIndex().row() + (key == Qt::Key_Down ? 1 : -1);
    const QModelIndex next = m_proxy->index(row, 0);
    if (next.isValid()) m_list->setCurrentIndex(next);
    return true;
}

ShortcutsDialog::ShortcutsDialog(const ActionRegistry &actions, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Keyboard shortcuts"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->addWidget(new PlainLabel(tr("Keyboard shortcuts"), &Look::objectName, Token::Text, this));
    auto *model = new QStandardItemModel(0, 2, this);
    model->setHorizontalHeaderLabels({tr("Keys"), tr("What they do")});
    const auto add = [model](const QString &keys, const QString &text) {
        model->appendRow({new QStandardItem(keys), new QStandardItem(text)});
    };
    for (const QAction *action : actions.actions()) {
        if (!action->shortcut().isEmpty())
            add(action->shortcut().toString(QKeySequence::NativeText), ActionRegistry::plainText(action));
    }
    add(tr("j, k"), tr("Next and previous row"));
    add(tr("Enter"), tr("Look into the row"));
    auto *table = new DataTable(this);
    table->setUp(model, new RowDelegate(table));
    table->setColumnFor(0, tr("Ctrl+Shift+Del  "));
    table->setElasticColumn(1);
    layout->addWidget(table, 1);
    auto *close = new QPushButton(tr("Close"), this);
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    layout->addWidget(close, 0, Qt::AlignRight);
    resize(460, 560);
}

} // namespace signalbox::ui
