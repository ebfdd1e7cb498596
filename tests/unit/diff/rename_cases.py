"""A labelled set: what was renamed, and what only looks as if it had been.

A line is one case: a table, what it lost, and what it gained at the same place among its other
columns (`SCHEMAS`). Of `RENAMED`, the n-th column lost is the n-th gained; of `REPLACED`, none is.
Types and attributes are written as in SQL: `notnull`, `unique`, `index`, `default …`, `comment …`,
and `-> table` for a foreign key. Cases of tables give the columns of both, `=` for the same ones,
and after `<-` the columns of other tables that refer to it before and after.
"""

from __future__ import annotations

SCHEMAS = {
    "users": "id int; team_id int -> teams; @; locale varchar(10); is_staff boolean",
    "user_groups": "user_id int -> users; group_id int -> groups; @; since timestamp",
    "orders": "id int; customer_id int -> customers; @; currency char(3) notnull; note text",
    "products": "id int; sku varchar(30) unique; @; weight numeric(8,2); created_at timestamp",
    "events": "id int; @; venue varchar(80); capacity int; organiser_id int -> users",
    "articles": "id int; title varchar(200) notnull; @; section_id int -> sections; views int",
    "devices": "id int; serial varchar(64) unique; @; firmware varchar(20); site_id int -> sites",
    "payments": "id int; invoice_id int -> invoices; @; method varchar(20); settled boolean",
    "employees": "id int; @; department_id int -> departments; salary numeric(10,2)",
}

RENAMED = """
users: userName varchar(50) => user_name varchar(50)
users: username varchar(50) notnull unique => user_name varchar(50) notnull unique
users: user_name varchar(50) => name varchar(50)
users: user_email varchar(100) unique => email varchar(100) unique
users: pwd_hash varchar(128) => password_hash varchar(128)
users: addr text => address text
users: tel varchar(30) => phone varchar(30)
users: last_login timestamp => last_login_at timestamp
users: created timestamp notnull => created_at timestamp notnull
users: date_joined timestamp => joined_at timestamp
users: active boolean default true => is_active boolean default true
users: admin_flag boolean => is_admin boolean
users: createdAt timestamp, updatedAt timestamp => created_at timestamp, updated_at timestamp
users: img_url varchar(200) => image_url varchar(200)
users: manager int -> users => manager_id int -> users
users: name varchar(50) => full_name varchar(50)
users: adress text => address text
users: surname varchar(50) => last_name varchar(50)
users: dob date => birth_date date
users: description text => desc text
orders: order_no varchar(20) unique => number varchar(20) unique
orders: order_number varchar(20) unique => order_no varchar(20) unique
orders: qty int notnull default 1 => quantity int notnull default 1
orders: total_amt numeric(10,2) => total_amount numeric(10,2)
orders: ship_addr text => ship_address text
orders: shipped_on timestamp => shipped_at timestamp
orders: placed_by int -> users index => placed_by_id int -> users index
orders: Status varchar(10) => status varchar(10)
orders: state varchar(10) default 'new' => status varchar(10) default 'new'
orders: recieved_at timestamp => received_at timestamp
orders: order_date timestamp => ordered_at timestamp
orders: cust_ref varchar(20) => customer_reference varchar(20)
products: prod_name varchar(80) notnull => name varchar(80) notnull
products: product_code varchar(20) unique => code varchar(20) unique
products: max_qty int => maximum_quantity int
products: cat_id int -> categories => category_id int -> categories
products: category int -> categories => category_id int -> categories
products: price numeric(8,2) => unit_price numeric(8,2)
products: cost numeric(8,2) comment 'in cents' => unit_cost numeric(8,2) comment 'in cents'
products: colour varchar(20) => color varchar(20)
products: tag varchar(40) => tags varchar(40)
products: stock int default 0 => stock_count int default 0
events: starts timestamp, ends timestamp => starts_at timestamp, ends_at timestamp
events: lat numeric(9,6), lng numeric(9,6) => latitude numeric(9,6), longitude numeric(9,6)
events: eventTitle varchar(100) notnull => event_title varchar(100) notnull
events: event_title varchar(100) notnull => title varchar(100) notnull
events: num_seats int => seat_number int
events: cancelled boolean => is_cancelled boolean
events: publish_date timestamp => published_at timestamp
articles: body text notnull => content text notnull
articles: author int -> users => author_id int -> users
articles: user_id int -> users => author_id int -> users
articles: lang char(2) => language char(2)
articles: published_on timestamp => published_at timestamp
articles: article_slug varchar(80) unique => slug varchar(80) unique
articles: seoTitle varchar(80) => seo_title varchar(80)
devices: temp numeric(5,2) => temperature numeric(5,2)
devices: last_seen timestamp => last_seen_at timestamp
devices: device_type varchar(20) notnull => type varchar(20) notnull
devices: ipaddress varchar(45) => ip_address varchar(45)
devices: err_msg text => error_message text
devices: cfg json => config json
payments: amt numeric(10,2) notnull => amount numeric(10,2) notnull
payments: txn_id varchar(40) unique => transaction_id varchar(40) unique
payments: paid_date timestamp => paid_at timestamp
payments: reference varchar(40) => payment_reference varchar(40)
payments: amount int notnull => amount_cents int notnull
employees: dept_name varchar(50) => department_name varchar(50)
employees: hire_date date => hired_date date
employees: emp_no int unique => employee_number int unique
employees: fname varchar(40), lname varchar(40) => first_name varchar(40), last_name varchar(40)
employees: boss_id int -> employees => manager_id int -> employees
"""

REPLACED = """
users: nickname varchar(50) => bio_url varchar(200)
users: fax varchar(30) => mobile varchar(30)
users: first_seen_at timestamp => last_login_at timestamp
users: home_address text => work_address text
users: first_name varchar(40) => last_name varchar(40)
users: name varchar(100) => first_name varchar(50), last_name varchar(50)
users: address text => street text, city text, zip text
users: phone_1 varchar(30) => phone_2 varchar(30)
users: address1 text => address2 text
users: created_at timestamp => updated_at timestamp
users: created_by int -> users => approved_by int -> users
users: is_active boolean => is_verified boolean
users: avatar_url varchar(200) => website_url varchar(200)
users: country varchar(50) => county varchar(50)
users: twitter varchar(50) => github varchar(50)
users: password varchar(128) => api_token varchar(128)
users: locked_at timestamp => deleted_at timestamp
users: email varchar(100) unique => phone varchar(30) unique
users: username varchar(50) unique => user_number int unique
users: public_key text => private_key text
orders: billing_address text => shipping_address text
orders: shipping_method varchar(20) => shipping_status varchar(20)
orders: discount numeric(10,2) => tax numeric(10,2)
orders: net_total numeric(10,2) => gross_total numeric(10,2)
orders: total numeric(10,2) => total_tax numeric(10,2)
orders: coupon_id int -> coupons => campaign_id int -> campaigns
orders: billing_address_id int -> addresses => shipping_address_id int -> addresses
orders: shipped_at timestamp => shipment_number varchar(30)
orders: ordered_at timestamp => shipped_at timestamp
orders: due_date date => due_time time
orders: item_count int => item_price numeric(10,2)
orders: paid boolean => shipped boolean
products: width numeric(8,2) => height numeric(8,2)
products: min_price numeric(8,2) => max_price numeric(8,2)
products: list_price numeric(8,2) => sale_price numeric(8,2)
products: brand varchar(50) => model varchar(50)
products: brand_id int -> brands => supplier_id int -> suppliers
products: old_sku varchar(30) => new_barcode varchar(30)
products: color varchar(20) => size varchar(20)
products: image_1 varchar(200) => image_2 varchar(200)
products: in_stock boolean => stock_level int
products: rating int => review_count int
products: quantity int => quality int
events: starts_at timestamp => ends_at timestamp
events: valid_from date => valid_to date
events: start_date date => end_date date
events: lat numeric(9,6) => lng numeric(9,6)
events: row_no int => column_no int
events: ticket_url varchar(200) => ticket_price numeric(8,2)
events: host_id int -> users => guest_id int -> users
events: imported_at timestamp => exported_at timestamp
articles: draft text => summary text
articles: author_id int -> users => editor_id int -> users
articles: category_id int -> categories => topic_id int -> topics
articles: contact_id int -> contacts => contract_id int -> contracts
articles: source_url varchar(200) => target_url varchar(200)
articles: likes int default 0 => shares int default 0
articles: published boolean => featured boolean
articles: meta json => layout json
devices: temp_in numeric(5,2) => temp_out numeric(5,2)
devices: bytes_sent int => bytes_received int
devices: input_voltage numeric(5,2) => output_voltage numeric(5,2)
devices: interval int => internal int
devices: primary_ip varchar(45) => secondary_ip varchar(45)
devices: mac varchar(17) => hostname varchar(100)
payments: debit numeric(10,2) => credit numeric(10,2)
payments: sender_id int -> accounts => receiver_id int -> accounts
payments: card_number varchar(20) => card_expiry varchar(7)
payments: amount numeric(10,2) notnull => fee numeric(10,2) notnull
payments: request json => response json
payments: period_2023 numeric(10,2) => period_2024 numeric(10,2)
employees: home_phone varchar(30) => work_phone varchar(30)
employees: hourly_rate numeric(8,2) => overtime_rate numeric(8,2)
employees: parent_id int -> employees => child_id int -> employees
employees: office varchar(40) => badge varchar(40)
user_groups: user_name varchar(50) => group_name varchar(50)
user_groups: item_1_1 int => item_11 int
orders: delivery_date timestamp => delivery_time timestamp
orders: total int comment 'in cents' => total_tax int comment 'in cents'
users: admin_note text => admin_role text
"""

_ACCOUNT = "id int, email varchar(100) unique, password varchar(128), last_login timestamp"
_ADDRESS = "id int, street varchar(80), city varchar(50), zip varchar(10), country char(2)"
_LINE = "id int, sku varchar(30), quantity int, price numeric(8,2)"
_LOG = "id int, message text, level varchar(10), logged_at timestamp"
_PAIR = "id int, name varchar(50)"
_KIND = "id int, code varchar(10) unique, name varchar(50)"

RENAMED_TABLES = f"""
user({_ACCOUNT}) => users(=)
Users({_ACCOUNT}) => users(=)
userAccounts({_ACCOUNT}) => user_accounts(=)
tbl_users({_ACCOUNT}) => users(=)
category({_PAIR}) => categories(=)
usr_addr({_ADDRESS}) => user_addresses(=)
order_line({_LINE}) => order_lines(=)
orderlines({_LINE}) => order_lines(=)
prod({_LINE}) => products(=)
users({_ACCOUNT}) => accounts(=) <- orders.user_id
users({_ACCOUNT}) => members({_ACCOUNT}, phone varchar(30)) <- orders.user_id, comments.author_id
order_items({_LINE}) => order_lines(=)
customers({_ADDRESS}) => clients(=) <- orders.customer_id
log({_LOG}) => audit_log(=)
users({_ACCOUNT}) => people(=)
"""

REPLACED_TABLES = f"""
billing_addresses({_ADDRESS}) => shipping_addresses(=)
logs_2023({_LOG}) => logs_2024(=)
orders_v1({_LINE}) => orders_v2(=)
countries({_KIND}) => currencies(=)
blog_tags({_PAIR}) => news_tags(=)
customers({_ADDRESS}) => suppliers(=)
access_log({_LOG}) => error_log(=)
cart_items({_LINE}) => invoice_items(=)
users({_ACCOUNT}) => products({_LINE})
colors({_PAIR}) => sizes(=)
sent_mails({_LOG}) => received_mails(=)
users({_ACCOUNT}) => user_groups({_PAIR})
sessions({_LOG}) => settings({_KIND})
old_prices({_LINE}) => new_prices(=)
"""
