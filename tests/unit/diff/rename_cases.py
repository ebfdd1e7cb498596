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
    "order_items": "id int; order_id int -> orders; @; sku varchar(30); line_no int",
    "accounts": "id int; owner_id int -> users; @; iban varchar(34); opened_on date",
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
order_items: item_price numeric(10,2) => price numeric(10,2)
order_items: order_item_note text => note text
order_items: itemQty int notnull => item_quantity int notnull
order_items: tax_pct numeric(5,2) => tax_percent numeric(5,2)
order_items: vatRate numeric(5,2) => vat_rate numeric(5,2)
order_items: product int -> products => product_id int -> products
order_items: fk_product int -> products index => product_id int -> products index
order_items: price_total numeric(10,2) => total_price numeric(10,2)
order_items: num_units int => number_units int
order_items: returned timestamp => returned_at timestamp
accounts: acct_name varchar(50) => account_name varchar(50)
accounts: account_type varchar(10) => type varchar(10)
accounts: balance_amt numeric(12,2) notnull => balance_amount numeric(12,2) notnull
accounts: closed_date timestamp => closed_at timestamp
accounts: blocked boolean notnull => is_blocked boolean notnull
accounts: org_id int -> organizations => organization_id int -> organizations
accounts: BIC varchar(11) => bic varchar(11)
accounts: swift_bic varchar(11) => swift_code varchar(11)
accounts: min_balance numeric(12,2) => minimum_balance numeric(12,2)
accounts: balance_max numeric(12,2) => max_balance numeric(12,2)
accounts: last_txn timestamp => last_transaction_at timestamp
accounts: bank int -> banks => bank_id int -> banks
accounts: ext_ref varchar(40) unique => ext_reference varchar(40) unique
accounts: addressLine1 text, addressLine2 text => address_line_1 text, address_line_2 text
accounts: created_ts timestamp, updated_ts timestamp => created_at timestamp, updated_at timestamp
users: is_superuser boolean => superuser boolean
users: usrPic varchar(200) => user_picture varchar(200)
users: verified_on timestamp => verified_at timestamp
users: referrer int -> users => referrer_id int -> users
users: name_first varchar(40) => first_name varchar(40)
users: pw_hash varchar(128) notnull => password_hash varchar(128) notnull
events: time_start timestamp => start_time timestamp
events: max_seats int => seats_max int
events: msg_count int => message_count int
articles: article_desc text => description text
devices: deviceName varchar(80) notnull => name varchar(80) notnull
devices: coord_x numeric(9,6) => coordinate_x numeric(9,6)
payments: currency char(3) => currency_code char(3)
payments: refunded boolean default false => is_refunded boolean default false
employees: employee_no int unique => number int unique
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
order_items: order_price numeric(10,2) => price numeric(10,2)
order_items: order_status varchar(20) => status varchar(20)
order_items: price_list varchar(20) => list_price varchar(20)
order_items: unit_price numeric(10,2) => price_unit numeric(10,2)
order_items: price_usd numeric(10,2) => price_eur numeric(10,2)
order_items: weight_kg numeric(8,2) => weight_lb numeric(8,2)
order_items: day int => days int
order_items: product_id int -> products => variant_id int -> variants
order_items: picked_by int -> users => packed_by int -> users
order_items: tax_rate numeric(5,2) => tax_amount numeric(5,2)
order_items: note text => public_note text, private_note text
order_items: price_v1 numeric(10,2) => price_v2 numeric(10,2)
order_items: gift boolean => giftable boolean
order_items: prepaid boolean => repaid boolean
accounts: is_active boolean => is_deleted boolean
accounts: is_active boolean => is_inactive boolean
accounts: enabled boolean => disabled boolean
accounts: is_visible boolean => is_invisible boolean
accounts: is_locked boolean => not_locked boolean
accounts: paid boolean => unpaid boolean
accounts: start_date date => end_date date
accounts: expires_at timestamp => expired_at timestamp
accounts: last_login_at timestamp => last_logout_at timestamp
accounts: deposit numeric(12,2) => withdrawal numeric(12,2)
accounts: sha1 varchar(64) => sha2 varchar(64)
accounts: ipv4 varchar(45) => ipv6 varchar(45)
accounts: account_form text => account_from text
accounts: full_name varchar(80) => first_name varchar(80), last_name varchar(80)
accounts: first_name varchar(80), last_name varchar(80) => full_name varchar(80)
accounts: balance numeric(12,2) => opening_balance numeric(12,2), closing_balance numeric(12,2)
accounts: data json => metadata json
accounts: auth_id int -> users => author_id int -> users
accounts: status varchar(20) => status_id int -> statuses
accounts: manager_id int -> users => sales_manager_id int -> users
accounts: hours int => hour int
users: user_group varchar(40) => group_user varchar(40)
users: mailing_address text => emailing_address text
users: temp_password varchar(128) => password_temp_hash varchar(128)
events: order_book varchar(40) => book_order varchar(40)
events: minute int => minutes int
events: prev_event_id int -> events => next_event_id int -> events
devices: lat_1 numeric(9,6) => lat_2 numeric(9,6)
"""

_ACCOUNT = "id int, email varchar(100) unique, password varchar(128), last_login timestamp"
_ADDRESS = "id int, street varchar(80), city varchar(50), zip varchar(10), country char(2)"
_LINE = "id int, sku varchar(30), quantity int, price numeric(8,2)"
_LOG = "id int, message text, level varchar(10), logged_at timestamp"
_FOLLOW = "user_id int -> users, post_id int -> posts, created_at timestamp"
_GRANT = "role_id int -> roles, permission_id int -> permissions, created_at timestamp"
_AUDIT = "id int, created_at timestamp, updated_at timestamp, created_by int -> users"
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
customer({_ADDRESS}) => customers(=)
TBL_ORDER_LINES({_LINE}) => order_lines(=)
orderLog({_LOG}) => order_log(=)
addr({_ADDRESS}) => addresses(=)
logs({_LOG}) => logs_of_errors(=)
members({_ACCOUNT}) => users(=) <- orders.user_id, posts.author_id, likes.user_id
prod_categories({_KIND}) => product_categories(=)
"""

REPLACED_TABLES = f"""
billing_addresses({_ADDRESS}) => shipping_addresses(=)
logs_2023({_LOG}) => logs_2024(=)
orders_v1({_LINE}) => orders_v2(=)
countries({_KIND}) => currencies(=)
blog_tags({_PAIR}) => news_tags(=)
customers({_ADDRESS}) => suppliers(=)
access_log({_LOG}) => error_log(=)
cats({_PAIR}) => categories(=)
followers({_FOLLOW}) => followings(=)
likes({_FOLLOW}) => bookmarks(=)
user_roles({_FOLLOW}) => role_permissions({_GRANT})
invoices({_AUDIT}) => shipments(=)
billing_addresses({_ADDRESS}) => shipping_addresses(=) <- orders.address_id
prices_2023({_LINE}) => prices_2024(=) <- orders.price_id
plans_v1({_KIND}) => plans_v2(=) <- accounts.plan_id
book_orders({_LINE}) => order_books(=)
cart_items({_LINE}) => invoice_items(=)
users({_ACCOUNT}) => products({_LINE})
colors({_PAIR}) => sizes(=)
sent_mails({_LOG}) => received_mails(=)
users({_ACCOUNT}) => user_groups({_PAIR})
sessions({_LOG}) => settings({_KIND})
old_prices({_LINE}) => new_prices(=)
"""
